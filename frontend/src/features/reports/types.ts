import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Report = Schemas["Report"];
export type ReportHeader = Schemas["ReportHeader"];
export type ReportRequest = Pick<Report, "format" | "language" | "header">;
export type AuditEntry = Schemas["AuditEntry"];

/** The fields of a site supervision record that no camera knows, in the order of the form. */
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
] as const satisfies readonly (keyof ReportHeader)[];
