import type { TrainingPoint } from "./types";

export type XY = readonly [x: number, y: number];

/** More than a line of some hundred pixels can show. */
export const MOST_SHOWN = 400;

/** Known points and newer ones: in order, each once, however often they were told. */
export function mergedPoints(known: readonly TrainingPoint[], fresh: readonly TrainingPoint[]): TrainingPoint[] {
  const last = known.at(-1)?.n ?? 0;
  const newer = fresh.filter((point) => point.n > last).sort((one, other) => one.n - other.n);
  return newer.length > 0 ? [...known, ...newer] : [...known];
}

/** Whether something between what is known and what was told is missing. */
export function hasGap(known: readonly TrainingPoint[], fresh: readonly TrainingPoint[]): boolean {
  const last = known.at(-1)?.n ?? 0;
  const next = Math.min(...fresh.map((point) => point.n).filter((n) => n > last));
  return Number.isFinite(next) && next > last + 1;
}

/** At most so many points: means of neighbours, so that a long curve keeps its course. */
export function thinned(points: readonly XY[], most = MOST_SHOWN): XY[] {
  if (points.length <= most) return [...points];
  const size = points.length / most;
  return Array.from({ length: most }, (_, index) => {
    const part = points.slice(Math.floor(index * size), Math.floor((index + 1) * size));
    const mean = (axis: 0 | 1): number => part.reduce((sum, point) => sum + point[axis], 0) / part.length;
    return [mean(0), mean(1)] as const;
  });
}

/** A training that goes on from its checkpoint makes some steps again: those of the last time count. */
function lastTries(points: readonly XY[]): XY[] {
  const kept: XY[] = [];
  for (const point of points) {
    while ((kept.at(-1)?.[0] ?? -Infinity) >= point[0]) kept.pop();
    kept.push(point);
  }
  return kept;
}

const lossesOf = (points: readonly TrainingPoint[], kind: TrainingPoint["kind"]): XY[] =>
  lastTries(points.filter((point) => point.kind === kind).map((point) => [point.step, point.loss]));

export const stepLosses = (points: readonly TrainingPoint[]): XY[] => lossesOf(points, "step");
export const epochLosses = (points: readonly TrainingPoint[]): XY[] => lossesOf(points, "epoch");

export function epochFigures(points: readonly TrainingPoint[], name: "AP" | "AP50"): XY[] {
  return lastTries(
    points.flatMap((point) => {
      const value = point[name];
      return point.kind === "epoch" && value !== null ? [[point.epoch, value] as const] : [];
    }),
  );
}

/** Round numbers that enclose a range, the first at or below `least` and the last at or above `most`. */
export function niceTicks(least: number, most: number, about = 5): number[] {
  const span = most > least ? most - least : Math.max(Math.abs(most), 1);
  const rough = span / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(Math.ceil((least === most ? least + span : most) / step - 1e-9), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(10)));
}
