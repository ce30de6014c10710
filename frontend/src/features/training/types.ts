import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Training = Schemas["Training"];
export type TrainingPoint = Schemas["Point"];
export type TrainingRequest = Schemas["TrainingStartRequest"];
export type TrainingState = Training["state"];
export type DatasetVersion = Schemas["DatasetVersion"];

/** A figure among the metrics; null where it is not known. */
export function figureOf(metrics: Training["metrics"], name: string): number | null {
  const value = metrics?.[name];
  return typeof value === "number" ? value : null;
}

/** What the event stream of a training sends (docs/api.md, "Events"). */
export type TrainingProgress = Pick<Training, "phase" | "progress" | "epoch" | "seconds_left"> & {
  training: number;
  points: TrainingPoint[];
};

export type TrainingEvent =
  | { type: "snapshot" | "state"; data: { training: Training } }
  | { type: "progress"; data: TrainingProgress }
  | { type: "closed"; data: { reason: "access_removed" | "logged_out" | "training_deleted" } };
