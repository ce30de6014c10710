import type { Inspection } from "./types";

/** Seconds on the clock of the pour at which a video begins; 0 for one that it does not know. */
export function beginsAt(clock: Inspection["clock"] | undefined, video: number | null): number {
  return clock?.videos.find((one) => one.video === video)?.offset_s ?? 0;
}
