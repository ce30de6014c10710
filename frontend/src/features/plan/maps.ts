import { api, body } from "@/api/client";
import type { components } from "@/api/schema";
import type { Insertion } from "@/features/inspection/types";
import { boundsOf, grown, type Bounds, type Point } from "@/geometry/types";

/** What is known about a cell of the plan (docs/api.md, "Inspection"). */
export const CELL_CLASSES = ["outside", "missed", "short", "good", "over", "unobservable"] as const;
export type CellClass = (typeof CELL_CLASSES)[number];

export type MapAnswer = components["schemas"]["CoverageMap"];

export interface PlanMap {
  lift: number;
  name: string;
  origin: Point;
  cell_m: number;
  columns: number;
  rows: number;
  /** Row by row from the lowest y: an index into `CELL_CLASSES`. */
  classes: Uint8Array;
  dose_s: Float32Array;
  dose_scale_s: number;
  facts: Pick<MapAnswer, "sigma_m" | "covered_pct" | "covered_tolerant_pct" | "uncovered_m2" | "unobservable_pct">;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/** Little-endian on the way, whatever this machine's order is. */
function floatsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getFloat32(index * 4, true));
}

export function decodeMap(answer: MapAnswer): PlanMap {
  const codes = answer.class_names.map((name) => Math.max(0, CELL_CLASSES.indexOf(name as CellClass)));
  const { lift, name, origin_m: [x = 0, y = 0], cell_m, columns, rows, dose_scale_s } = answer;
  return {
    lift,
    name,
    origin: [x, y],
    cell_m,
    columns,
    rows,
    classes: bytesOf(answer.classes).map((code) => codes[code] ?? 0),
    dose_s: floatsOf(bytesOf(answer.dose_s)),
    dose_scale_s,
    facts: answer,
  };
}

export async function getMaps(project: number): Promise<PlanMap[]> {
  const answers = await body(api.GET("/api/v1/projects/{id}/inspection/maps/", { params: { path: { id: project } } }));
  return answers.map(decodeMap);
}

/** Whether something belongs on a map: to its lift, or to no lift in particular. */
export const isOnMap = (map: Pick<PlanMap, "lift"> | null, lift: number | null): boolean =>
  map === null || lift === null || lift === map.lift;

/** Whether a person put an insertion in or corrected it: such ones are square. */
export const isByHand = ({ origin }: Pick<Insertion, "origin">): boolean => origin !== "detected";

/** The corners of the map in metres, y up. */
export function mapBounds(map: PlanMap): Bounds {
  const [left, low] = map.origin;
  return { left, top: low, right: left + map.columns * map.cell_m, bottom: low + map.rows * map.cell_m };
}

/**
 * The bounds with the places that lie beside them, at most as far as they are long: one place that is far
 * off, as a wrong calibration makes it, would leave nothing to see of the pour.
 */
export function withNearby(bounds: Bounds, places: readonly Point[]): Bounds {
  const reach = grown(bounds, Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top));
  const isNear = ([x, y]: Point): boolean => x >= reach.left && x <= reach.right && y >= reach.top && y <= reach.bottom;
  const corners: Point[] = [[bounds.left, bounds.top], [bounds.right, bounds.bottom]];
  return boundsOf([...corners, ...places.filter(isNear)]) ?? bounds;
}

/** The number of the cell under a place; null outside of the map. */
export function cellAt(map: PlanMap, [x, y]: Point): number | null {
  const column = Math.floor((x - map.origin[0]) / map.cell_m);
  const row = Math.floor((y - map.origin[1]) / map.cell_m);
  const isInside = column >= 0 && row >= 0 && column < map.columns && row < map.rows;
  return isInside ? row * map.columns + column : null;
}

export function areasOf(classes: Uint8Array, cell_m: number): Record<CellClass, number> {
  const counts = new Uint32Array(CELL_CLASSES.length);
  for (const code of classes) counts[code] = (counts[code] ?? 0) + 1;
  return Object.fromEntries(
    CELL_CLASSES.map((name, code) => [name, (counts[code] ?? 0) * cell_m ** 2]),
  ) as Record<CellClass, number>;
}
