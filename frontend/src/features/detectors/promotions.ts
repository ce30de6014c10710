import type { Promotion } from "./types";

/** Whose place the detector took, by promotions with the newest first; null where the server would not go back. */
export function nameBefore(promotions: readonly Promotion[], detector: number): string | null {
  const taken = promotions.find((one) => one.detector === detector && one.outcome !== "back");
  if (!taken || taken.previous === null) return null;
  const isRejected = promotions.some((one) => one.outcome === "back" && one.previous === taken.previous && one.id > taken.id);
  return isRejected ? null : taken.previous_name;
}
