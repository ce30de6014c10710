import { api, body } from "@/api/client";
import type { Calibration } from "@/features/site/document";

export type Shift = readonly [seconds: number, dx_px: number, dy_px: number];

/** By which planes a video sees the ground of the lifts, and how its camera moved. */
export interface VideoPlanes {
  planes: { lift: number; calibration: Calibration | null }[];
  /** Seconds on the video's clock, and how far the picture has moved from then on. */
  shifts: Shift[];
}

export async function getPlanes(video: number): Promise<VideoPlanes> {
  const answer = await body(api.GET("/api/v1/videos/{id}/planes/", { params: { path: { id: video } } }));
  return answer as unknown as VideoPlanes; // the schema cannot tell how long the rows are
}

export const calibrationOfLift = ({ planes }: VideoPlanes, lift: number): Calibration | null =>
  planes.find((one) => one.lift === lift)?.calibration ?? null;

/** One and the same until the next one was measured; null before the first. */
export const shiftAt = ({ shifts }: VideoPlanes, seconds: number): Shift | null =>
  shifts.findLast(([from]) => from <= seconds) ?? null;
