import { expect, test } from "vitest";

import { pictureRect } from "./overlay";

test("a narrow picture lies in the middle of a wide element", () => {
  expect(pictureRect({ width: 400, height: 100 }, { width: 200, height: 100 })).toEqual({ x: 100, y: 0, scale: 1 });
});

test("a wide picture lies in the middle of a high element", () => {
  expect(pictureRect({ width: 100, height: 200 }, { width: 200, height: 100 })).toEqual({ x: 0, y: 75, scale: 0.5 });
});

test("a picture without a size is not drawn", () => {
  expect(pictureRect({ width: 100, height: 100 }, { width: 0, height: 0 }).scale).toBe(0);
});
