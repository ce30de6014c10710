import { expect, test } from "vitest";

import { crossingEdges, isInside, pathLength, polygonArea } from "./polygon";
import type { Point } from "./types";

const L_SHAPE: Point[] = [[0, 0], [4, 0], [4, 1], [1, 1], [1, 3], [0, 3]];

test("the area does not depend on the direction of the outline", () => {
  expect(polygonArea(L_SHAPE)).toBe(6);
  expect(polygonArea([...L_SHAPE].reverse())).toBe(6);
});

test("the length of a line is the sum of its parts", () => {
  expect(pathLength([[0, 0], [3, 4], [3, 5]])).toBe(6);
  expect(pathLength([[1, 1]])).toBe(0);
});

test("an outline that crosses itself names both edges", () => {
  const bow: Point[] = [[0, 0], [2, 2], [2, 0], [0, 2]];
  expect([...crossingEdges(bow)].sort()).toEqual([0, 2]);
});

test("a corner that lies on another edge counts as crossing", () => {
  expect(crossingEdges([[0, 0], [4, 0], [4, 4], [2, 0], [0, 4]]).size).toBeGreaterThan(0);
});

test("a plain outline crosses nothing", () => {
  expect(crossingEdges(L_SHAPE).size).toBe(0);
  expect(crossingEdges([[0, 0], [1, 0], [0, 1]]).size).toBe(0);
});

test("a point in the notch of an L is outside of it", () => {
  expect(isInside(L_SHAPE, [0.5, 2])).toBe(true);
  expect(isInside(L_SHAPE, [2, 2])).toBe(false);
  expect(isInside(L_SHAPE, [5, 0.5])).toBe(false);
});
