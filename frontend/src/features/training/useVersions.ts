import { api, body } from "@/api/client";
import { useLoad } from "@/ui/useLoad";

/** The frozen versions of all datasets, the newest first. */
export function useVersions() {
  return useLoad(async () => {
    const page = await body(api.GET("/api/v1/datasets/versions/", { params: { query: { page_size: 200 } } }));
    return page.results;
  });
}
