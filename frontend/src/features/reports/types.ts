import type { PersonBrief, RunState } from "@/api/types";

/** The fields of a site supervision record that no camera knows. */
export const HEADER_FIELDS = [
  "project_code",
  "part",
  "contractor",
  "supervisor",
  "lift",
  "mix",
  "poker",
  "weather",
  "process_notes",
  "problems_handled",
] as const;
export type ReportHeader = Record<(typeof HEADER_FIELDS)[number], string>;

export interface ReportRequest {
  format: "pdf" | "xlsx";
  language: "zh" | "en";
  header: ReportHeader;
}

export interface Report extends ReportRequest {
  id: number;
  state: RunState;
  progress: number;
  error: { code: string; message: string } | null;
  size_bytes: number | null;
  sha256: string | null;
  file_url: string | null;
  site_version: number;
  created_by: PersonBrief | null;
  created_at: string;
}

export interface AuditEntry {
  at: string;
  by: PersonBrief | null;
  action: string;
  subject: string;
  details: Record<string, unknown>;
}
