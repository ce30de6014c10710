import type { PersonBrief } from "@/api/types";

/** What `projects/{id}/inspection/` and its lists answer (docs/api.md, "Inspection"). */

export type InsertionGrade = "short" | "good" | "over" | "unclear";
export type FindingState = "to_review" | "confirmed" | "false_alarm" | "notified" | "rectified" | "closed";
export type Severity = "status" | "info" | "minor" | "major";

export interface InspectionClock {
  starts_at: string | null;
  videos: { video: number; offset_s: number; duration_s: number }[];
}

export interface Coverage {
  covered_pct: number | null;
  uncovered_m2: number | null;
  largest_hole_m2: number | null;
  unobservable_pct: number;
  cell_m: number | null;
  lifts: { name: string }[];
}

export interface StatusNote {
  code: string;
  message: string;
  subject?: string;
  rule?: string;
  /** Whose clock its times are on; without one they are the pour's. */
  video?: number;
  value?: number;
  limit?: number;
  unit?: string;
  start_s?: number;
  end_s?: number;
}

export interface Inspection {
  state: "none" | "queued" | "running" | "completed" | "failed" | "cancelling" | "cancelled";
  error: { code: string; message: string } | null;
  progress: number;
  is_stale: boolean;
  is_final: boolean;
  run: number | null;
  site_version: number;
  computed_at: string | null;
  report: {
    coverage: Coverage;
    status: StatusNote[];
    profile: string;
    radius_m: number;
    site_sha256: string;
  } | null;
  kpis: {
    insertions: number;
    valid_insertions: number;
    median_dwell_s: number | null;
    covered_pct: number | null;
    uncovered_m2: number | null;
    unobservable_pct: number | null;
    findings_by_severity: Record<string, number>;
    to_review: number;
  };
  judged_rules: string[];
  not_judged: { rule: string; reason: string }[];
  manual_checks: { code: string }[];
  clock: InspectionClock;
}

export interface Insertion {
  id: number;
  number: number;
  video: number;
  lift: number;
  start_s: number;
  end_s: number;
  pour_start_s: number;
  starts_at: string | null;
  duration_s: number;
  duration_sigma_s: number | null;
  x_m: number | null;
  y_m: number | null;
  sigma_m: number | null;
  u_px: number | null;
  v_px: number | null;
  observed_ratio: number;
  flags: string[];
  origin: "detected" | "added" | "corrected";
  grade: InsertionGrade;
  edit: number | null;
}

export interface Finding {
  id: number;
  number: number;
  rule: string;
  severity: Severity;
  verdict: "violation" | "to_review";
  state: FindingState;
  value: number | null;
  limit: number | null;
  unit: string;
  sigma: number | null;
  basis: string;
  source: string;
  trust: string;
  is_advisory: boolean;
  note: string;
  video: number | null;
  start_s: number;
  end_s: number;
  pour_start_s: number;
  starts_at: string | null;
  x_m: number | null;
  y_m: number | null;
  u_px: number | null;
  v_px: number | null;
  lift: number | null;
  insertions: number[];
  insertion_numbers: number[];
  is_current: boolean;
  revision: number;
  reviewed_by: PersonBrief | null;
  reviewed_at: string | null;
  review_note: string;
  evidence: {
    state: "none" | "preparing" | "ready" | "failed";
    files: { name: string; url: string; sha256: string; size_bytes: number }[];
  };
  site_version: number;
  site_sha256: string;
  run: number | null;
  detector_digest: string;
}

export interface FindingDetail extends Finding {
  history: { from: FindingState; to: FindingState; note: string; by: PersonBrief | null; at: string }[];
}

export interface InsertionEdit {
  id: number;
  kind: "add" | "change" | "remove";
  video: number;
  before: Partial<Insertion> | null;
  after: Partial<Insertion> | null;
  reason: string;
  is_applied: boolean;
  created_by: PersonBrief | null;
  created_at: string;
}

export interface RuleSpec {
  id: string;
  name_en: string;
  name_zh: string;
  severity: Severity;
  basis: string;
  source: string;
  trust: string;
  is_metric: boolean;
  is_on: boolean;
}

export interface Precision {
  rule: string;
  confirmed: number;
  false_alarm: number;
  to_review: number;
  precision: number | null;
  interval_95: number[] | null;
}
