import { expect, test } from "vitest";

import { boxesAt, boxesOf, iou, type BoxFilter } from "./boxes";
import type { FrameResult } from "@/api/types";

const EVERYTHING: BoxFilter = { hidden: new Set(), minScore: 0 };

function frame(pts: number, ...objects: [label: string, score: number, ...box: number[]][]): FrameResult {
  return {
    video: 1,
    frame: Math.round(pts * 10),
    pts_seconds: pts,
    width: 100,
    height: 100,
    boxes: objects.map(([, , ...box]) => box),
    scores: objects.map(([, score]) => score),
    labels: objects.map(([label]) => label),
    pdq: null,
    pdq_quality: 100,
  };
}

const at = (seconds: number) => ({ seconds, toleranceSeconds: 0.05, maxGapSeconds: 1.5 });

test("the overlap of two boxes is their common area over the joint one", () => {
  // 5 x 10 in common, 100 + 100 - 50 together
  expect(iou([0, 0, 10, 10], [5, 0, 15, 10])).toBeCloseTo(1 / 3);
  expect(iou([0, 0, 10, 10], [10, 0, 20, 10])).toBe(0);
});

test("a filter takes away hidden labels and low scores", () => {
  const one = frame(0, ["worker", 0.9, 0, 0, 1, 1], ["vest", 0.9, 0, 0, 1, 1], ["worker", 0.2, 0, 0, 1, 1]);
  const shown = boxesOf(one, { hidden: new Set(["vest"]), minScore: 0.5 });
  expect(shown.map(({ label, score }) => [label, score])).toEqual([["worker", 0.9]]);
});

test("on an analysed frame its own boxes are shown, unchanged", () => {
  const before = frame(1, ["worker", 0.8, 0, 0, 10, 10]);
  const after = frame(2, ["worker", 0.8, 4, 0, 14, 10]);
  expect(boxesAt(at(1.04), { before, after }, EVERYTHING)).toEqual([
    { box: [0, 0, 10, 10], label: "worker", score: 0.8, isBetween: false },
  ]);
  expect(boxesAt(at(1.97), { before, after }, EVERYTHING)[0]?.isBetween).toBe(false);
});

test("between two analysed frames an object moves evenly, with the lower of its scores", () => {
  const before = frame(1, ["worker", 0.8, 0, 0, 10, 10]);
  const after = frame(2, ["worker", 0.6, 4, 0, 14, 10]);
  expect(boxesAt(at(1.25), { before, after }, EVERYTHING)).toEqual([
    { box: [1, 0, 11, 10], label: "worker", score: 0.6, isBetween: true },
  ]);
});

test("objects with different labels are never joined", () => {
  const before = frame(1, ["worker", 0.8, 0, 0, 10, 10]);
  const after = frame(2, ["helmet", 0.6, 0, 0, 10, 10]);
  expect(boxesAt(at(1.2), { before, after }, EVERYTHING).map((box) => box.label)).toEqual(["worker"]);
  expect(boxesAt(at(1.8), { before, after }, EVERYTHING).map((box) => box.label)).toEqual(["helmet"]);
});

test("each box is joined once, to the one it overlaps most", () => {
  const before = frame(1, ["worker", 0.8, 0, 0, 10, 10], ["worker", 0.8, 5, 0, 15, 10]);
  const after = frame(2, ["worker", 0.8, 5, 0, 15, 10]);
  const shown = boxesAt(at(1.5), { before, after }, EVERYTHING);
  // the second stays where it is; the first is seen only before, and 1.5 is not past the middle
  expect(shown.map(({ box }) => box)).toEqual([
    [5, 0, 15, 10],
    [0, 0, 10, 10],
  ]);
});

test("frames further away than the gap say nothing", () => {
  const before = frame(1, ["worker", 0.8, 0, 0, 10, 10]);
  const after = frame(10, ["worker", 0.8, 0, 0, 10, 10]);
  expect(boxesAt(at(5), { before, after }, EVERYTHING)).toEqual([]);
  expect(boxesAt(at(2), { before, after }, EVERYTHING)).toHaveLength(1);
  expect(boxesAt(at(2), { before: null, after: null }, EVERYTHING)).toEqual([]);
});
