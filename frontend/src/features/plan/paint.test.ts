import { expect, test } from "vitest";

import { cellPainter, doseColour, paintOverlay, type Ground } from "./paint";
import type { PlanMap } from "./maps";

test("a dose is coloured in equal steps, and none stays blank", () => {
  expect(doseColour(0)).toBeNull();
  expect(doseColour(0.124)).toEqual([232, 243, 251]);
  expect(doseColour(0.126)).toEqual([195, 223, 242]);
  expect(doseColour(3)).toEqual([8, 40, 80]);
});

/** Dots of a canvas of 16 by 1 that were painted; a dot is 10 pixels, and a pixel 1 cm of the ground. */
function paintedDots(change: Partial<Ground>): number[] {
  const data = new Uint8ClampedArray(16 * 4);
  const context = {
    canvas: { width: 16, height: 1 },
    createImageData: () => ({ data }),
    putImageData: () => {},
  } as unknown as CanvasRenderingContext2D;
  // Ten cells of 10 cm from x = 0.2 m on, all of them good.
  const map = { origin: [0.2, 0], cell_m: 0.1, columns: 10, rows: 1 } as unknown as PlanMap;
  const painter = cellPainter(60, new Uint8Array(10).fill(3), new Float32Array(10), "category");
  const ground: Ground = {
    toGround: [[0.01, 0, 0], [0, 0.01, 0], [0, 0, 1]], shift_px: [0, 0], isInPour: () => true, ...change,
  };
  paintOverlay(context, { width: 160, height: 10 }, map, painter, ground);
  return [...Array(16).keys()].filter((dot) => (data[dot * 4 + 3] ?? 0) > 0);
}

test("the map lies over the picture where the camera looks now", () => {
  expect(paintedDots({})).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(paintedDots({ shift_px: [30, 0] })).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
});

test("no cell sticks out of the pour over the picture", () => {
  // The middle of dot 4 lies at 0.45 m, that of dot 10 at 1.05 m.
  expect(paintedDots({ isInPour: ([x]) => x > 0.44 && x < 1.04 })).toEqual([4, 5, 6, 7, 8, 9]);
});
