import { expect, test } from "vitest";

import { stepPath, stretches, ticks } from "./timelinePath";

test("counts become a filled step line", () => {
  expect(stepPath([0, 2, 1, 0, 1], 2, 100)).toBe("M1 100V0H2V50H3V100M4 100V50H5V100");
});

test("no counts draw nothing", () => {
  expect(stepPath([0, 0], 0, 100)).toBe("");
  expect(stepPath([], 2, 100)).toBe("");
});

test("stretches join bins that follow each other", () => {
  expect(stretches([1, 1, 0, 1])).toEqual([
    { from: 0, to: 0.5 },
    { from: 0.75, to: 1 },
  ]);
});

test("bins that hold nothing only because frames are further apart are bridged", () => {
  expect(stretches([1, 0, 1, 0], 1)).toEqual([{ from: 0, to: 0.75 }]);
});

test("an axis has round times and not too many", () => {
  expect(ticks(79.5, 8)).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  expect(ticks(3600, 8)).toEqual([0, 600, 1200, 1800, 2400, 3000, 3600]);
  expect(ticks(0, 8)).toEqual([0]);
});

test("a stretch of the axis has the same round times as the whole", () => {
  expect(ticks(4000, 8, 3700)).toEqual([3720, 3780, 3840, 3900, 3960]);
  expect(ticks(13, 8, 11)).toEqual([11, 11.5, 12, 12.5, 13]);
});
