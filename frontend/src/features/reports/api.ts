import { api, body } from "@/api/client";
import type { AuditEntry, Report, ReportRequest } from "./types";

const PAGE = 50;

type Call = <T>(path: string, options?: object) => Promise<{ data?: T }>;
/** The reports' own paths, typed by the shapes beside this file. */
const { GET, POST, DELETE } = api as unknown as Record<"GET" | "POST" | "DELETE", Call>;

export async function listReports(project: number): Promise<Report[]> {
  const query = { page_size: PAGE };
  return (await body(GET<{ results: Report[] }>(`/api/v1/projects/${project}/reports/`, { params: { query } }))).results;
}

export const makeReport = (project: number, request: ReportRequest): Promise<Report> =>
  body(POST<Report>(`/api/v1/projects/${project}/reports/`, { body: request }));

export async function removeReport(id: number): Promise<void> {
  await DELETE(`/api/v1/reports/${id}/`);
}

export const listAudit = (project: number, page: number): Promise<{ count: number; results: AuditEntry[] }> =>
  body(
    api.GET("/api/v1/projects/{id}/audit/", { params: { path: { id: project }, query: { page, page_size: PAGE } } }),
  );
