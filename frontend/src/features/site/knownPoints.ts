import type { Point } from "@/geometry/types";

const COUNT_MAX = 40;

/** Places whose metres are known; each waits for its click in the picture, in this order. */
export interface Rectangle {
  kind: "rectangle";
  origin: Point;
  width_m: number;
  length_m: number;
}

export interface Grid {
  kind: "grid";
  origin: Point;
  columns: number;
  rows: number;
  spacing_x_m: number;
  spacing_y_m: number;
}

/** Rounds away what adding floats leaves behind: a tenth of a millimetre is more than anybody measures. */
const clean = (metres: number): number => Math.round(metres * 1e4) / 1e4;

export function knownPoints(shape: Rectangle | Grid): Point[] {
  const [x, y] = shape.origin;
  const at = (dx: number, dy: number): Point => [clean(x + dx), clean(y + dy)];
  if (shape.kind === "rectangle") {
    return [at(0, 0), at(shape.width_m, 0), at(shape.width_m, shape.length_m), at(0, shape.length_m)];
  }
  return Array.from({ length: shape.rows }, (_, row) =>
    Array.from({ length: shape.columns }, (_none, column) => at(column * shape.spacing_x_m, row * shape.spacing_y_m)),
  ).flat();
}

/** Why a shape cannot be clicked: the name of the field that is wrong. */
export function shapeProblem(shape: Rectangle | Grid): "size" | "count" | null {
  if (shape.kind === "rectangle") return shape.width_m > 0 && shape.length_m > 0 ? null : "size";
  if (!(shape.spacing_x_m > 0 && shape.spacing_y_m > 0)) return "size";
  const count = shape.columns * shape.rows;
  return shape.columns >= 2 && shape.rows >= 2 && count <= COUNT_MAX ? null : "count";
}
