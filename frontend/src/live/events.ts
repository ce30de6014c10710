import type { FrameResult, Project, Run, Video } from "@/api/types";

/** What the event stream of a project sends (docs/api.md, "Events"). */
export interface Snapshot {
  project: Pick<Project, "id" | "status">;
  run: Run | null;
  videos: Video[];
}

export type Progress = Pick<
  Run,
  | "state"
  | "progress"
  | "frames_done"
  | "frames_total"
  | "frames_per_second"
  | "seconds_left"
  | "segments_done"
  | "segments_total"
  | "label_counts"
> & { run: number; latest: FrameResult | null };

export type StateChange =
  | { run: Run }
  | { video: Video }
  | { video_removed: number }
  | { project: Pick<Project, "id" | "status"> }
  | { report: { id: number; state: string } };

/** Told by a `state` event of its own: the inspection was begun, computed anew, or failed. */
export interface InspectionChange {
  inspection: {
    state: string;
    computed_at: string | null;
    insertions: number;
    findings: number;
    to_review: number;
  };
}

export interface FindingChange {
  finding: number;
  rule: string;
  severity: string;
  state: string;
}

export type ClosedReason = "access_removed" | "logged_out" | "project_deleted";

export type LiveEvent =
  | { type: "snapshot"; data: Snapshot }
  | { type: "progress"; data: Progress }
  | { type: "state"; data: StateChange | InspectionChange }
  | { type: "finding"; data: FindingChange }
  | { type: "closed"; data: { reason: ClosedReason } };

export const EVENT_TYPES = ["snapshot", "progress", "state", "finding", "closed"] as const;
