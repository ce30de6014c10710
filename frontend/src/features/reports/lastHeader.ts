import { HEADER_FIELDS, type ReportHeader } from "./types";

const keyOf = (project: number): string => `cvd.report_header.${project}`;

export const emptyHeader = (): ReportHeader =>
  Object.fromEntries(HEADER_FIELDS.map((field) => [field, ""])) as ReportHeader;

/** What was filled in for this project last time. */
export function lastHeader(project: number): ReportHeader {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(project)) ?? "{}") as Partial<Record<string, unknown>>;
    const header = emptyHeader();
    for (const field of HEADER_FIELDS) {
      const value = kept[field];
      if (typeof value === "string") header[field] = value;
    }
    return header;
  } catch {
    return emptyHeader();
  }
}

export function rememberHeader(project: number, header: ReportHeader): void {
  localStorage.setItem(keyOf(project), JSON.stringify(header));
}
