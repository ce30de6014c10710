import { CELL_CLASSES, type PlanMap } from "./maps";
import type { Finding, Insertion } from "@/features/inspection/types";

/** Shown for what is vibrated in the end, but was not yet at the chosen time. */
export const NOT_YET = CELL_CLASSES.length;

const SHORT = CELL_CLASSES.indexOf("short");
const GOOD = CELL_CLASSES.indexOf("good");
const OVER = CELL_CLASSES.indexOf("over");
const MISSED = CELL_CLASSES.indexOf("missed");

/** When each cell came to its classes, on the pour's clock; Infinity if it never did. */
export interface Reach {
  short: Float64Array;
  good: Float64Array;
  over: Float64Array;
  /** Seconds of each valid stay that do not count: its withdrawal, as far as the map leaves it out. */
  lost_s: Float64Array;
}

const isValid = ({ grade }: Insertion): boolean => grade === "good" || grade === "over";
const endOf = ({ pour_start_s, duration_s }: Insertion): number => pour_start_s + duration_s;

/** A stay counts when it is over; doses add up to "over" as on the map (`workers/vibration/coverage.py`). */
export function reachOf(map: PlanMap, insertions: readonly Insertion[], radius_m: number): Reach {
  const never = (): Float64Array => new Float64Array(map.classes.length).fill(Infinity);
  const [short, good, over] = [never(), never(), never()];
  const lost_s = lostSeconds(map, insertions, radius_m);
  const dose_s = new Float64Array(map.classes.length);
  const last = new Float64Array(map.classes.length).fill(Infinity);
  for (const one of [...insertions].sort((first, second) => endOf(first) - endOf(second))) {
    const end = endOf(one);
    forDisc(map, one, radius_m, (cell) => {
      if (one.grade === "short") short[cell] = Math.min(short[cell] ?? Infinity, end);
      if (!isValid(one)) return;
      good[cell] = Math.min(good[cell] ?? Infinity, end);
      dose_s[cell] = (dose_s[cell] ?? 0) + one.duration_s - (lost_s[cell] ?? 0);
      if (one.grade === "over" || (dose_s[cell] ?? 0) > map.dose_scale_s) over[cell] = Math.min(over[cell] ?? Infinity, end);
      last[cell] = end;
    });
  }
  // Rounded times may miss a limit by a hair: what the map calls over is so when its last stay ends.
  return { short, good, over: over.map((time_s, cell) => Math.min(time_s, last[cell] ?? Infinity)), lost_s };
}

function lostSeconds(map: PlanMap, insertions: readonly Insertion[], radius_m: number): Float64Array {
  const whole_s = new Float64Array(map.classes.length);
  const stays = new Uint32Array(map.classes.length);
  for (const one of insertions.filter(isValid)) {
    forDisc(map, one, radius_m, (cell) => {
      whole_s[cell] = (whole_s[cell] ?? 0) + one.duration_s;
      stays[cell] = (stays[cell] ?? 0) + 1;
    });
  }
  return whole_s.map((seconds, cell) => (stays[cell] ? (seconds - (map.dose_s[cell] ?? 0)) / stays[cell] : 0));
}

/** The doses as they stood at a time: a stay counts from its start on, until it is withdrawn. */
export function dosesAt(
  map: PlanMap, reach: Reach, insertions: readonly Insertion[], radius_m: number, time_s: number,
): Float32Array {
  const dose_s = new Float32Array(map.classes.length);
  for (const one of insertions.filter(isValid)) {
    const passed = Math.max(0, time_s - one.pour_start_s);
    forDisc(map, one, radius_m, (cell) => {
      dose_s[cell] = (dose_s[cell] ?? 0) + Math.min(passed, one.duration_s - (reach.lost_s[cell] ?? 0));
    });
  }
  return dose_s;
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
    if (code !== SHORT && code !== GOOD && code !== OVER) return code;
    if (code === OVER && (reach.over[cell] ?? Infinity) <= time_s) return OVER;
    if (code !== SHORT && (reach.good[cell] ?? Infinity) <= time_s) return GOOD;
    return (reach.short[cell] ?? Infinity) <= time_s ? SHORT : NOT_YET;
  });
}

/** Whether a finding was known at a time: nobody can tell before what it is about was over. */
export function isKnownAt(finding: Pick<Finding, "pour_start_s" | "start_s" | "end_s">, time_s: number | null): boolean {
  return time_s === null || finding.pour_start_s + finding.end_s - finding.start_s <= time_s;
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
