import { api, body } from "@/api/client";
import type { Overview } from "./types";

export const getOverview = (query: { from?: string; to?: string }): Promise<Overview> =>
  body(api.GET("/api/v1/overview/", { params: { query } }));
