import { api, body } from "@/api/client";
import type { AuditEntry, Report, ReportRequest } from "./types";

const PAGE = 50;

export async function listReports(id: number): Promise<Report[]> {
  const query = { page_size: PAGE };
  return (await body(api.GET("/api/v1/projects/{id}/reports/", { params: { path: { id }, query } }))).results;
}

export const makeReport = (id: number, request: ReportRequest): Promise<Report> =>
  body(api.POST("/api/v1/projects/{id}/reports/", { params: { path: { id } }, body: request }));

export async function removeReport(id: number): Promise<void> {
  await api.DELETE("/api/v1/reports/{id}/", { params: { path: { id } } });
}

export const listAudit = (project: number, page: number): Promise<{ count: number; results: AuditEntry[] }> =>
  body(
    api.GET("/api/v1/projects/{id}/audit/", { params: { path: { id: project }, query: { page, page_size: PAGE } } }),
  );
