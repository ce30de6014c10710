import { ElMessage } from "element-plus";
import { watch, type Ref, type ShallowRef } from "vue";

import { api, body } from "@/api/client";
import type { PersonBrief } from "@/api/types";
import { errorText } from "@/i18n/errorText";
import { useLoad } from "@/ui/useLoad";

export interface PeopleSearch {
  people: ShallowRef<PersonBrief[] | null>;
  isSearching: Ref<boolean>;
  search: (words: string) => void;
}

/** People as they are typed: found are those of the last words, whichever answer comes last. */
export function usePeopleSearch(): PeopleSearch {
  let q = "";
  const { data, error, isLoading, reload } = useLoad(() => body(api.GET("/api/v1/users/lookup/", { params: { query: { q } } })));

  watch(error, (caught) => {
    if (caught) ElMessage.error({ message: errorText(caught), duration: 6000, showClose: true });
  });

  function search(words: string): void {
    q = words.trim();
    if (q) void reload();
  }

  return { people: data, isSearching: isLoading, search };
}
