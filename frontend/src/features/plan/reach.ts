import { CELL_CLASSES, type PlanMap } from "./maps";
import type { Insertion } from "@/features/inspection/types";

/** Shown for what is vibrated in the end, but was not yet at the chosen time. */
export const NOT_YET = CELL_CLASSES.length;

const [SHORT, GOOD, OVER] = ["short", "good", "over"].map((name) => CELL_CLASSES.indexOf(name as "short"));
const MISSED = CELL_CLASSES.indexOf("missed");

/** When each cell was first reached, on the pour's clock; Infinity if it never was. */
export interface Reach {
  any: Float64Array;
  valid: Float64Array;
}

export function reachOf(map: PlanMap, insertions: readonly Insertion[], radius_m: number): Reach {
  const any = new Float64Array(map.classes.length).fill(Infinity);
  const valid = new Float64Array(map.classes.length).fill(Infinity);
  for (const one of insertions) {
    const end = one.pour_start_s + one.duration_s;
    forDisc(map, one, radius_m, (cell) => {
      any[cell] = Math.min(any[cell] ?? Infinity, end);
      if (isValid(one)) valid[cell] = Math.min(valid[cell] ?? Infinity, end);
    });
  }
  return { any, valid };
}

const isValid = ({ grade }: Insertion): boolean => grade === "good" || grade === "over";

/** The doses as they stood at a time: those of the map, as far as the valid stays over a cell had passed. */
export function dosesAt(map: PlanMap, insertions: readonly Insertion[], radius_m: number, time_s: number): Float32Array {
  const passed = new Float64Array(map.classes.length);
  const whole = new Float64Array(map.classes.length);
  for (const one of insertions.filter(isValid)) {
    const seconds = Math.min(Math.max(0, time_s - one.pour_start_s), one.duration_s);
    forDisc(map, one, radius_m, (cell) => {
      passed[cell] = (passed[cell] ?? 0) + seconds;
      whole[cell] = (whole[cell] ?? 0) + one.duration_s;
    });
  }
  return map.dose_s.map((dose, cell) => (passed[cell] ? (dose * passed[cell]) / (whole[cell] ?? 1) : 0));
}

/** Visits the cells that an insertion reaches; none if it is of another lift or has no place. */
function forDisc(map: PlanMap, { lift, x_m: x, y_m: y }: Insertion, radius_m: number, visit: (cell: number) => void): void {
  if (x === null || y === null || lift !== map.lift) return;
  const index = (metres: number, origin: number): number => (metres - origin) / map.cell_m;
  const [left, low] = map.origin;
  const lastRow = Math.min(map.rows - 1, Math.ceil(index(y + radius_m, low)));
  const lastColumn = Math.min(map.columns - 1, Math.ceil(index(x + radius_m, left)));
  for (let row = Math.max(0, Math.floor(index(y - radius_m, low))); row <= lastRow; row += 1) {
    const dy = low + (row + 0.5) * map.cell_m - y;
    for (let column = Math.max(0, Math.floor(index(x - radius_m, left))); column <= lastColumn; column += 1) {
      const dx = left + (column + 0.5) * map.cell_m - x;
      if (dx * dx + dy * dy <= radius_m * radius_m) visit(row * map.columns + column);
    }
  }
}

/** The classes as they stood at a time: what is vibrated later is not yet. */
export function classesAt(map: PlanMap, reach: Reach, time_s: number): Uint8Array {
  return map.classes.map((code, cell) => {
    if (code === SHORT) return (reach.any[cell] ?? Infinity) <= time_s ? code : NOT_YET;
    if (code !== GOOD && code !== OVER) return code;
    return (reach.valid[cell] ?? Infinity) <= time_s ? code : NOT_YET;
  });
}

/** The classes while the pour is still being looked at: what nobody vibrated so far is not missed yet. */
export function stillOpen(classes: Uint8Array): Uint8Array {
  return classes.map((code) => (code === MISSED ? NOT_YET : code));
}

/** Covered share of what could be seen, in percent; null where nothing could. */
export function coveredPct(classes: Uint8Array): number | null {
  let covered = 0;
  let seen = 0;
  for (const code of classes) {
    if (code === GOOD || code === OVER) covered += 1;
    if (code >= MISSED && code !== CELL_CLASSES.indexOf("unobservable")) seen += 1;
  }
  return seen > 0 ? (100 * covered) / seen : null;
}
