import type { Matrix3, Point } from "./types";

type Homogeneous = readonly [number, number, number];

/** In front of the camera, and not so close to the horizon that numbers lose their meaning. */
const NEAR = 1e-9;

function lift(matrix: Matrix3, [x, y]: Point): Homogeneous {
  const row = (index: number): number => {
    const [a = 0, b = 0, c = 0] = matrix[index] ?? [];
    return a * x + b * y + c;
  };
  return [row(0), row(1), row(2)];
}

const flat = ([x, y, w]: Homogeneous): Point => [x / w, y / w];

/** Where a point comes to lie; null behind the camera or above the horizon. */
export function project(matrix: Matrix3, point: Point): Point | null {
  const lifted = lift(matrix, point);
  return lifted[2] > NEAR ? flat(lifted) : null;
}

function crossing(from: Homogeneous, to: Homogeneous, near: number): Homogeneous {
  const share = (near - from[2]) / (to[2] - from[2]);
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share, near];
}

/** How near the horizon a line is still drawn: a thousandth of the farthest point's depth. */
function nearOf(lifted: readonly Homogeneous[]): number {
  return Math.max(NEAR, Math.max(...lifted.map((one) => one[2])) * 1e-3);
}

/** A closed outline as it is seen, cut off where it passes behind the camera; empty if it all does. */
export function projectOutline(matrix: Matrix3, outline: readonly Point[]): Point[] {
  const lifted = outline.map((point) => lift(matrix, point));
  if (lifted.length === 0) return [];
  const near = nearOf(lifted);
  return lifted
    .flatMap((here, index) => {
      const before = lifted[(index + lifted.length - 1) % lifted.length] ?? here;
      const isSeen = here[2] >= near;
      const cut = isSeen !== before[2] >= near ? [crossing(before, here, near)] : [];
      return isSeen ? [...cut, here] : cut;
    })
    .map(flat);
}

/** The seen part of a straight line, or null. */
export function projectSegment(matrix: Matrix3, from: Point, to: Point): [Point, Point] | null {
  const one = lift(matrix, from);
  const other = lift(matrix, to);
  const near = nearOf([one, other]);
  if (one[2] < near && other[2] < near) return null;
  return [
    flat(one[2] < near ? crossing(one, other, near) : one),
    flat(other[2] < near ? crossing(one, other, near) : other),
  ];
}
