import type { Severity } from "@/features/inspection/types";

export type SeverityCounts = Record<Severity, number>;

export interface OverviewFigures {
  insertions: number;
  valid_insertions: number;
  median_dwell_s: number | null;
  covered_pct: number | null;
  findings_by_severity: SeverityCounts;
  to_review: number;
}

export interface OverviewProject extends OverviewFigures {
  id: number;
  name: string;
  last_at: string | null;
}

export interface OverviewRule {
  rule: string;
  severity: Severity;
  findings: number;
  confirmed: number;
  false_alarm: number;
  to_review: number;
}

export interface OverviewDay {
  day: string;
  insertions: number;
  median_dwell_s: number | null;
  covered_pct: number | null;
  findings: number;
}

export interface Overview {
  projects: OverviewProject[];
  totals: OverviewFigures & { projects: number };
  by_rule: OverviewRule[];
  by_day: OverviewDay[];
  backlog: { to_review: number; oldest_at: string | null };
}
