/** What the server stores of a judgement, as `workers.evaluation.judgement` documents it. */
export interface Point {
  threshold: number;
  right: number;
  wrong: number;
  missed: number;
  precision: number | null;
  recall: number | null;
  f1: number;
}

export interface ClassJudgement {
  name: string;
  objects: number;
  metrics: Record<string, number | null>;
  precision: number[];
  recommended_threshold: number | null;
  at_threshold: Point;
}

export interface Mistake {
  image_id: number;
  box: [number, number, number, number];
  label: string;
  score: number | null;
  overlap: number;
  reason: string;
}

export interface Judgement {
  images: number;
  objects: number;
  boxes: number;
  metrics: Record<string, number | null>;
  recommended_threshold: number | null;
  score_threshold: number;
  at_threshold: Point;
  sweep: Point[];
  recall: number[];
  precision: number[];
  classes: ClassJudgement[];
  sizes: { name: string; objects: number; metrics: Record<string, number | null> }[];
  confusion: { labels: string[]; rows: number[][] };
  misses: Mistake[];
  false_alarms: Mistake[];
}

export const BACKGROUND = "background";

/** The points of a curve in a picture of 100 by 100, y upwards. */
export function curvePoints(xs: readonly number[], ys: readonly (number | null)[]): string {
  return xs
    .flatMap((x, index) => {
      const y = ys[index];
      return y === null || y === undefined ? [] : [`${(100 * x).toFixed(2)},${(100 - 100 * y).toFixed(2)}`];
    })
    .join(" ");
}

/** What part of a picture to show around a box: with some of what is around it, within the picture. */
export function cropAround(box: readonly number[], width: number, height: number, share = 0.5) {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = box;
  const side = Math.max(x2 - x1, y2 - y1, 48) * (1 + 2 * share);
  const w = Math.min(width, side);
  const h = Math.min(height, side);
  const clamp = (value: number, most: number): number => Math.min(Math.max(0, value), Math.max(0, most));
  return { x: clamp((x1 + x2 - w) / 2, width - w), y: clamp((y1 + y2 - h) / 2, height - h), w, h };
}
