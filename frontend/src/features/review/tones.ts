import type { FindingState } from "@/features/inspection/types";
import type { Tone } from "@/ui/StatusBadge.vue";

export const STATE_TONES: Record<FindingState, Tone> = {
  to_review: "warn",
  confirmed: "bad",
  false_alarm: "neutral",
  notified: "active",
  rectified: "active",
  closed: "good",
};
