import { expect, test } from "vitest";

import { epochFigures, epochLosses, hasGap, mergedPoints, niceTicks, stepLosses, thinned } from "./curves";
import type { TrainingPoint } from "./types";

const point = (n: number, facts: Partial<TrainingPoint> = {}): TrainingPoint => ({
  n,
  kind: "step",
  epoch: 1,
  step: n,
  loss: 2,
  learning_rate: null,
  AP: null,
  AP50: null,
  ...facts,
});

test("points that are told twice or late are there once and in order", () => {
  const known = [point(1), point(2)];
  expect(mergedPoints(known, [point(4), point(2), point(3)]).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  expect(mergedPoints([], []).length).toBe(0);
});

test("a gap is noticed", () => {
  expect(hasGap([point(1)], [point(2), point(3)])).toBe(false);
  expect(hasGap([point(1)], [point(3)])).toBe(true);
  expect(hasGap([], [point(2)])).toBe(true);
  expect(hasGap([point(5)], [point(4)])).toBe(false);
  expect(hasGap([point(5)], [])).toBe(false);
});

test("steps and epochs are separate curves, and what was not judged is left out", () => {
  const points = [point(1, { loss: 4 }), point(2, { kind: "epoch", step: 6, loss: 3, epoch: 1, AP: 0.5, AP50: null })];
  expect(stepLosses(points)).toEqual([[1, 4]]);
  expect(epochLosses(points)).toEqual([[6, 3]]);
  expect(epochFigures(points, "AP")).toEqual([[1, 0.5]]);
  expect(epochFigures(points, "AP50")).toEqual([]);
});

test("steps that are made again after a crash take the place of those before", () => {
  const points = [point(1, { step: 5, loss: 4 }), point(2, { step: 6, loss: 3 }), point(3, { step: 7, loss: 2 }), point(4, { step: 6, loss: 2.5 })];
  expect(stepLosses(points)).toEqual([[5, 4], [6, 2.5]]);
});

test("a long curve is thinned by means", () => {
  expect(thinned([[0, 1], [1, 3], [2, 5], [3, 7]], 2)).toEqual([[0.5, 2], [2.5, 6]]);
  expect(thinned([[0, 1]], 2)).toEqual([[0, 1]]);
});

test("ticks are round and enclose the range", () => {
  expect(niceTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(niceTicks(13.2, 17.4)).toEqual([13, 14, 15, 16, 17, 18]);
  expect(niceTicks(1, 8)).toEqual([0, 2, 4, 6, 8]);
  expect(niceTicks(3, 3).length).toBeGreaterThan(1);
  expect(niceTicks(0, 0)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
});
