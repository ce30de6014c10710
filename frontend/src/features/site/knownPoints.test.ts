import { expect, test } from "vitest";

import { knownPoints, shapeProblem } from "./knownPoints";

test("a rectangle is clicked around, from its origin along x", () => {
  expect(knownPoints({ kind: "rectangle", origin: [1, 2], width_m: 3, length_m: 0.4 })).toEqual([
    [1, 2],
    [4, 2],
    [4, 2.4],
    [1, 2.4],
  ]);
});

test("a grid is clicked row by row, without rounding noise", () => {
  const grid = { kind: "grid", origin: [0, 0], columns: 4, rows: 2, spacing_x_m: 0.1, spacing_y_m: 2 } as const;
  const points = knownPoints(grid);
  expect(points).toHaveLength(8);
  expect(points[3]).toEqual([0.3, 0]);
  expect(points[4]).toEqual([0, 2]);
});

test("shapes without an extent, or with too many points to click, are refused", () => {
  expect(shapeProblem({ kind: "rectangle", origin: [0, 0], width_m: 0, length_m: 1 })).toBe("size");
  const grid = { kind: "grid", origin: [0, 0], spacing_x_m: 1, spacing_y_m: 1 } as const;
  expect(shapeProblem({ ...grid, columns: 7, rows: 6 })).toBe("count");
  expect(shapeProblem({ ...grid, columns: 1, rows: 6 })).toBe("count");
  expect(shapeProblem({ ...grid, columns: 3, rows: 2 })).toBeNull();
});
