import { expect, test } from "vitest";

import { groundGrid } from "./groundGrid";

test("the grid covers the points and a quarter more, at round metres", () => {
  const calibration = { image_size: [640, 480] as [number, number], points: [[0, 0, 0, 0], [0, 0, 8, 4]] as [number, number, number, number][], check_points: [] };
  const { step_m: step, lines } = groundGrid(calibration, null);
  expect(step).toBe(1); // 8 m and 2 m on each side in at most 16 lines
  const x = lines.filter((line) => line.axis === "x");
  expect(x.map((line) => line.metres)).toEqual([-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(x[0]).toMatchObject({ from: [-2, -2], to: [-2, 6] });
});

test("without anything known there is no grid", () => {
  expect(groundGrid(null, null).lines).toEqual([]);
});
