import type { ProjectStatus, RunState, Video } from "@/api/types";
import type { Tone } from "./StatusBadge.vue";

export const PROJECT_TONES: Record<ProjectStatus, Tone> = {
  not_started: "neutral",
  in_progress: "active",
  completed: "good",
  failed: "bad",
  cancelled: "warn",
};

export const RUN_TONES: Record<RunState, Tone> = {
  queued: "neutral",
  running: "active",
  completed: "good",
  failed: "bad",
  cancelling: "warn",
  cancelled: "warn",
};

export const VIDEO_TONES: Record<Video["state"], Tone> = {
  checking: "active",
  ready: "good",
  rejected: "bad",
};

export function isActive(state: RunState): boolean {
  return state === "queued" || state === "running" || state === "cancelling";
}
