import { expect, test } from "vitest";

import { freeTop, pictureRect } from "./overlay";

test("a narrow picture lies in the middle of a wide element", () => {
  expect(pictureRect({ width: 400, height: 100 }, { width: 200, height: 100 })).toEqual({ x: 100, y: 0, scale: 1 });
});

test("a wide picture lies in the middle of a high element", () => {
  expect(pictureRect({ width: 100, height: 200 }, { width: 200, height: 100 })).toEqual({ x: 0, y: 75, scale: 0.5 });
});

test("a picture without a size is not drawn", () => {
  expect(pictureRect({ width: 100, height: 100 }, { width: 0, height: 0 }).scale).toBe(0);
});

test("a tag stands above its box, and makes room for one that is there", () => {
  const view = { top: 0, bottom: 300 };
  const tag = { left: 50, width: 80 };
  const box = { top: 100, bottom: 160 };
  expect(freeTop(tag, box, view, [])).toBe(82);
  const first = { left: 100, top: 82, width: 60 };
  expect(freeTop(tag, box, view, [first])).toBe(160);
  expect(freeTop(tag, box, view, [first, { left: 60, top: 165, width: 60 }])).toBe(64);
  expect(freeTop(tag, box, view, [{ ...first, left: 130 }])).toBe(82);
});

test("a tag stays in the picture", () => {
  const tag = { left: 50, width: 80 };
  expect(freeTop(tag, { top: 10, bottom: 160 }, { top: 0, bottom: 300 }, [])).toBe(160);
  expect(freeTop(tag, { top: 10, bottom: 295 }, { top: 0, bottom: 300 }, [])).toBe(10);
});
