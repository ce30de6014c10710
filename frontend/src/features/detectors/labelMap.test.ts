import { expect, test } from "vitest";

import { cleanLabels, suggestLabels } from "./labelMap";

test("what is plainly a label of the domain gets its name", () => {
  expect(suggestLabels(["person", "bicycle", "Hard-Hat", "worker", "Safety Vest"])).toEqual({
    person: "worker",
    "Hard-Hat": "helmet",
    "Safety Vest": "vest",
  });
});

test("names that change nothing are left out", () => {
  expect(cleanLabels({ person: " worker ", car: "car", dog: " " })).toEqual({ person: "worker" });
});
