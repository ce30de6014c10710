import { api, body } from "@/api/client";
import type { Overview, OverviewQuery } from "./types";

export const getOverview = (query: OverviewQuery): Promise<Overview> =>
  body(api.GET("/api/v1/overview/", { params: { query } }));
