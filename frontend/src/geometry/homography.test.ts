import { expect, test } from "vitest";

import { project, projectOutline, projectSegment } from "./homography";
import type { Matrix3 } from "./types";

/** u = 10 x / w, v = 10 / w with w = y: the ground before a camera at y = 0, the horizon at v = 0. */
const CAMERA: Matrix3 = [
  [10, 0, 0],
  [0, 0, 10],
  [0, 1, 0],
];

test("a point on the ground is seen where the lines of sight say", () => {
  expect(project(CAMERA, [3, 2])).toEqual([15, 5]);
  expect(project(CAMERA, [3, 5])).toEqual([6, 2]);
});

test("what lies behind the camera is not seen", () => {
  expect(project(CAMERA, [3, -1])).toBeNull();
  expect(project(CAMERA, [3, 0])).toBeNull();
});

test("an outline in front of the camera keeps its corners", () => {
  const seen = projectOutline(CAMERA, [
    [0, 1],
    [1, 1],
    [1, 2],
  ]);
  expect(seen).toEqual([
    [0, 10],
    [10, 10],
    [5, 5],
  ]);
});

test("an outline that passes behind the camera is cut off, not turned inside out", () => {
  const seen = projectOutline(CAMERA, [
    [-1, -1],
    [1, -1],
    [1, 4],
    [-1, 4],
  ]);
  expect(seen).toHaveLength(4);
  expect(seen.every(([, v]) => v > 0)).toBe(true);
  expect(seen).toContainEqual([2.5, 2.5]);
});

test("an outline behind the camera leaves nothing", () => {
  expect(projectOutline(CAMERA, [[0, -1], [1, -1], [1, -2]])).toEqual([]);
  expect(projectSegment(CAMERA, [0, -1], [1, -2])).toBeNull();
});

test("a line is cut at the horizon", () => {
  const seen = projectSegment(CAMERA, [0, 1], [0, -3]);
  expect(seen?.[0]).toEqual([0, 10]);
  expect(seen?.[1]?.[1]).toBeCloseTo(10 / 0.001, 3);
});
