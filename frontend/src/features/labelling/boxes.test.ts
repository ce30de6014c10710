import { expect, test } from "vitest";

import { areSameBoxes, boxAt, boxOf, cut, drawn, handleAt, handlesFor, missingFrom, moved, resized, type Rect } from "./boxes";

const PICTURE = { width: 100, height: 80 };
const RECT: Rect = [10, 20, 30, 60];

test("a box is drawn from any corner and ends at the edges of the picture", () => {
  expect(drawn([30, 60], [10, 20], PICTURE)).toEqual([10, 20, 30, 60]);
  expect(drawn([-5, 70], [20.04, 95], PICTURE)).toEqual([0, 70, 20, 80]);
});

test("what is too thin, or beside the picture, is no box", () => {
  expect(drawn([10, 20], [11, 60], PICTURE)).toBeNull();
  expect(drawn([-9, 20], [-2, 60], PICTURE)).toBeNull();
  expect(cut([99.5, 0, 200, 80], PICTURE)).toBeNull();
});

test("a box keeps its size at every edge", () => {
  expect(moved(RECT, [5, -3], PICTURE)).toEqual([15, 17, 35, 57]);
  expect(moved(RECT, [-50, -50], PICTURE)).toEqual([0, 0, 20, 40]);
  expect(moved(RECT, [500, 500], PICTURE)).toEqual([80, 40, 100, 80]);
  expect(moved([0, 0, 100, 80], [3, 3], PICTURE)).toEqual([0, 0, 100, 80]);
});

test("an edge goes neither past the opposite one nor out of the picture", () => {
  expect(resized(RECT, "se", [5, 6], PICTURE)).toEqual([10, 20, 35, 66]);
  expect(resized(RECT, "nw", [90, 90], PICTURE)).toEqual([29, 59, 30, 60]);
  expect(resized(RECT, "e", [90, 90], PICTURE)).toEqual([10, 20, 100, 60]);
  expect(resized(RECT, "n", [7, -90], PICTURE)).toEqual([10, 0, 30, 60]);
});

test("the smallest box under the pointer is meant", () => {
  const boxes = [boxOf("helmet", [15, 25, 20, 30]), boxOf("worker", RECT)];
  expect(boxAt(boxes, [17, 27])).toBe(0);
  expect(boxAt(boxes, [25, 50])).toBe(1);
  expect(boxAt(boxes, [90, 10])).toBeNull();
});

test("boxes are the same when label and place are", () => {
  expect(areSameBoxes([boxOf("a", RECT)], [boxOf("a", RECT)])).toBe(true);
  expect(areSameBoxes([boxOf("a", RECT)], [boxOf("b", RECT)])).toBe(false);
  expect(areSameBoxes([boxOf("a", RECT)], [])).toBe(false);
});

test("only boxes that are not there are taken from another picture, cut to this one", () => {
  const others = [boxOf("a", RECT), boxOf("b", RECT), boxOf("c", [90, 70, 140, 140]), boxOf("d", [200, 0, 240, 10])];
  expect(missingFrom([boxOf("a", RECT)], others, PICTURE)).toEqual([boxOf("b", RECT), boxOf("c", [90, 70, 100, 80])]);
});

test("handles lie on their edges, and only as many as there is room for", () => {
  expect(handleAt(RECT, "ne")).toEqual([30, 20]);
  expect(handleAt(RECT, "s")).toEqual([20, 60]);
  expect([handlesFor(200, 100).length, handlesFor(200, 40).length, handlesFor(8, 40).length]).toEqual([8, 4, 2]);
});
