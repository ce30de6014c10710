import type { Calibration } from "./document";
import { boundsOf, grown, type Point } from "@/geometry/types";
import { multiples, roundStep } from "@/geometry/view";

export interface GridLine {
  axis: "x" | "y";
  metres: number;
  from: Point;
  to: Point;
}

const MOST_LINES = 16;
/** How far beyond the known points the grid goes, as a share of their extent. */
const BEYOND = 0.25;

/** Lines at round metres over what is known of the ground: the calibrated points and the pour. */
export function groundGrid(calibration: Calibration | null, pour: readonly Point[] | null): { step_m: number; lines: GridLine[] } {
  const places: Point[] = [...(calibration?.points ?? []).map(([, , x, y]): Point => [x, y]), ...(pour ?? [])];
  const bounds = boundsOf(places);
  if (!bounds) return { step_m: 1, lines: [] };
  const extent = Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top, 0.1);
  const { left, top, right, bottom } = grown(bounds, extent * BEYOND);
  const step = roundStep((extent * (1 + 2 * BEYOND)) / MOST_LINES);
  return {
    step_m: step,
    lines: [
      ...multiples(left, right, step).map((x): GridLine => ({ axis: "x", metres: x, from: [x, top], to: [x, bottom] })),
      ...multiples(top, bottom, step).map((y): GridLine => ({ axis: "y", metres: y, from: [left, y], to: [right, y] })),
    ],
  };
}
