import { expect, test } from "vitest";

import { framesEvery, timesOf } from "./frameTimes";

test("times are separated by spaces or commas of any kind", () => {
  expect(timesOf(" 12.4 30,95；3 ", 100)).toEqual([12.4, 30, 95, 3]);
});

test("what is no time within the video is refused as a whole", () => {
  for (const text of ["", "a", "3 -1", "101", "1 NaN"]) expect(timesOf(text, 100)).toBeNull();
});

test("a frame every few seconds begins with the first one", () => {
  expect([framesEvery(2, 10), framesEvery(3, 10), framesEvery(60, 10)]).toEqual([6, 4, 1]);
});
