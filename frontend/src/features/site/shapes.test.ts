import { expect, test } from "vitest";

import { normalised } from "./document";
import { addShape, pointsOf, removeShape, shapeProblem, shapesOf } from "./shapes";
import type { Point } from "@/geometry/types";

const SQUARE: Point[] = [[0, 0], [4, 0], [4, 4], [0, 4]];
const NEW = { zoneName: "", placedS: 0 };
const problemOf = (kind: "pour" | "opening", points: Point[]) => {
  const site = normalised({ pour: SQUARE });
  const ref = addShape(site, kind, points, NEW);
  return shapeProblem(site, shapesOf(site).find((one) => one.kind === ref.kind && one.index === ref.index)!);
};

test("a second pour replaces the first, other shapes are added", () => {
  const site = normalised({ pour: SQUARE });
  addShape(site, "pour", [[0, 0], [1, 0], [0, 1]], NEW);
  addShape(site, "opening", [[0, 0], [0.2, 0], [0, 0.2]], NEW);
  const zone = addShape(site, "zone", SQUARE, { ...NEW, zoneName: "Pump hose" });
  expect(pointsOf(site, { kind: "pour", index: 0 })).toHaveLength(3);
  expect(zone).toEqual({ kind: "zone", index: 0 });
  expect(site.zones[0]).toMatchObject({ name: "Pump hose", kind: "danger" });
  expect(shapesOf(site).map((shape) => shape.kind)).toEqual(["pour", "opening", "zone"]);
});

test("without lines of its own, the formwork is the edges of the pour again", () => {
  const site = normalised({ pour: SQUARE });
  const ref = addShape(site, "formwork", [[0, 0], [4, 0]], NEW);
  expect(site.formwork).toHaveLength(1);
  removeShape(site, ref);
  expect(site.formwork).toBeNull();
});

test("outlines that the server would refuse are told apart", () => {
  expect(problemOf("pour", [[0, 0], [2, 2], [2, 0], [0, 2]])).toBe("crosses");
  expect(problemOf("pour", [[0, 0], [2, 2], [1, 1]])).toBe("no_area");
  expect(problemOf("opening", [[3, 3], [5, 3], [5, 3.5]])).toBe("outside_pour");
  expect(problemOf("opening", [[1, 1], [2, 1], [2, 2]])).toBeNull();
});

test("an opening may lie along the edge of the pour", () => {
  expect(problemOf("opening", [[0, 1], [1, 1], [1, 2], [0, 2]])).toBeNull();
});

test("placed concrete has the time of the picture it was drawn on", () => {
  const site = normalised({ pour: SQUARE });
  const ref = addShape(site, "placement", SQUARE, { ...NEW, placedS: 90 });
  expect(site.placements).toEqual([{ polygon: SQUARE, placed_s: 90 }]);
  expect(pointsOf(site, ref)).toEqual(SQUARE);
  removeShape(site, ref);
  expect(site.placements).toEqual([]);
});
