import { expect, test } from "vitest";

import { fitted, multiples, panned, roundStep, toScreen, toSheet, zoomed } from "./view";

const LIMITS = { least: 0.1, most: 40 };

test("the whole sheet fits, in the middle", () => {
  const view = fitted({ left: 0, top: 0, right: 200, bottom: 100 }, { width: 440, height: 400 }, 20);
  expect(view.scale).toBe(2);
  expect(toScreen(view, [100, 50])).toEqual([220, 200]);
});

test("what lies under the pointer stays there while zooming", () => {
  const view = { scale: 2, x: 10, y: -5 };
  const closer = zoomed(view, 1.5, [70, 40], LIMITS);
  expect(closer.scale).toBe(3);
  const [x, y] = toSheet(view, [70, 40]);
  const [again, down] = toScreen(closer, [x, y]);
  expect(again).toBeCloseTo(70);
  expect(down).toBeCloseTo(40);
});

test("zooming stops at its limits and moves nothing there", () => {
  const view = { scale: 40, x: 3, y: 4 };
  expect(zoomed(view, 2, [100, 100], LIMITS)).toEqual(view);
});

test("screen and sheet are each other's inverse", () => {
  const view = panned({ scale: 3, x: 1, y: 2 }, 10, 20);
  expect(toSheet(view, toScreen(view, [7, -2]))).toEqual([7, -2]);
});

test("steps are round", () => {
  expect([0.03, 0.2, 0.21, 1, 3, 7, 60].map(roundStep)).toEqual([0.05, 0.2, 0.5, 1, 5, 10, 100]);
});

test("multiples carry no rounding noise", () => {
  expect(multiples(-0.25, 0.35, 0.1)).toEqual([-0.2, -0.1, 0, 0.1, 0.2, 0.3].map((one) => one || 0));
  expect(multiples(1.1, 1.9, 1)).toEqual([]);
});
