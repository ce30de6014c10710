import { expect, test } from "vitest";

import { cropAround, curvePoints } from "./judgement";

test("a curve goes up the page and leaves out what is not known", () => {
  expect(curvePoints([0, 0.5, 1], [1, null, 0.25])).toBe("0.00,0.00 100.00,75.00");
});

test("a crop keeps its box in view and stays within the picture", () => {
  expect(cropAround([100, 100, 200, 150], 1000, 800)).toEqual({ x: 50, y: 25, w: 200, h: 200 });
  expect(cropAround([0, 0, 10, 10], 1000, 800)).toMatchObject({ x: 0, y: 0 });
  expect(cropAround([0, 0, 640, 480], 640, 480)).toEqual({ x: 0, y: 0, w: 640, h: 480 });
});
