import { expect, test } from "vitest";

import { fitted, panned, revealing, secondsAt, shareOf, whole, zoomed } from "./timelineView";

const HOUR = 3600;

test("zooming keeps the moment under the pointer where it is", () => {
  const view = zoomed(whole(HOUR), HOUR, 900, 0.5);
  expect(view).toEqual({ from: 450, to: 2250 });
  expect(shareOf(view, 900)).toBeCloseTo(0.25, 9);
  expect(shareOf(zoomed(view, HOUR, 900, 0.1), 900)).toBeCloseTo(0.25, 9);
});

test("zooming out never shows more than the video, zooming in never less than two seconds", () => {
  expect(zoomed({ from: 100, to: 200 }, HOUR, 150, 1000)).toEqual({ from: 0, to: HOUR });
  const nearest = zoomed({ from: 100, to: 200 }, HOUR, 150, 1e-6);
  expect(nearest.to - nearest.from).toBeCloseTo(2, 9);
  expect(zoomed(whole(0.5), 0.5, 0.2, 0.1)).toEqual({ from: 0, to: 0.5 });
});

test("panning stops at both ends and keeps the length", () => {
  expect(panned({ from: 100, to: 200 }, HOUR, -500)).toEqual({ from: 0, to: 100 });
  expect(panned({ from: 100, to: 200 }, HOUR, 9000)).toEqual({ from: 3500, to: 3600 });
});

test("a moment outside is brought into view, one inside moves nothing", () => {
  const view = { from: 100, to: 200 };
  expect(revealing(view, HOUR, 150)).toBe(view);
  expect(revealing(view, HOUR, 1000)).toEqual({ from: 990, to: 1090 });
  expect(revealing(view, HOUR, HOUR)).toEqual({ from: 3500, to: 3600 });
});

test("shares and seconds are each other's reverse", () => {
  const view = { from: 30, to: 90 };
  expect(secondsAt(view, shareOf(view, 47))).toBeCloseTo(47, 9);
  expect(shareOf({ from: 5, to: 5 }, 5)).toBe(0);
  expect(fitted({ from: -5, to: 5 }, 0)).toEqual({ from: 0, to: 0 });
});
