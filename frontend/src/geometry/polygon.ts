import type { Point } from "./types";

/** Twice the signed area of a triangle: above zero for a left turn from `a` over `b` to `c`. */
const turn = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

export function polygonArea(outline: readonly Point[]): number {
  let twice = 0;
  outline.forEach((here, index) => {
    const next = outline[(index + 1) % outline.length] ?? here;
    twice += here[0] * next[1] - next[0] * here[1];
  });
  return Math.abs(twice) / 2;
}

export function pathLength(points: readonly Point[]): number {
  let length = 0;
  for (let index = 1; index < points.length; index += 1) {
    const [from, to] = [points[index - 1], points[index]];
    if (from && to) length += Math.hypot(to[0] - from[0], to[1] - from[1]);
  }
  return length;
}

function isBetween(a: Point, b: Point, c: Point): boolean {
  return (
    Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1])
  );
}

function doCross(a: Point, b: Point, c: Point, d: Point): boolean {
  const [one, two, three, four] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (Math.sign(one) * Math.sign(two) < 0 && Math.sign(three) * Math.sign(four) < 0) return true;
  return (
    (one === 0 && isBetween(a, b, c)) ||
    (two === 0 && isBetween(a, b, d)) ||
    (three === 0 && isBetween(c, d, a)) ||
    (four === 0 && isBetween(c, d, b))
  );
}

/** The edges (by the number of their first corner) of a closed outline that cross or touch another. */
export function crossingEdges(outline: readonly Point[]): Set<number> {
  const found = new Set<number>();
  const count = outline.length;
  if (count < 4) return found;
  const edge = (index: number): [Point, Point] => [
    outline[index] as Point,
    outline[(index + 1) % count] as Point,
  ];
  for (let one = 0; one < count; one += 1) {
    for (let other = one + 2; other < count; other += 1) {
      if (one === 0 && other === count - 1) continue; // neighbours share a corner
      if (!doCross(...edge(one), ...edge(other))) continue;
      found.add(one);
      found.add(other);
    }
  }
  return found;
}

export function isInside(outline: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  outline.forEach((here, index) => {
    const before = outline[(index + outline.length - 1) % outline.length] ?? here;
    if (here[1] > y === before[1] > y) return;
    if (x < here[0] + ((y - here[1]) * (before[0] - here[0])) / (before[1] - here[1])) inside = !inside;
  });
  return inside;
}
