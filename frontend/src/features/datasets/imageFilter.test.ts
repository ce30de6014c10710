import { expect, test } from "vitest";

import { filterFrom, isFiltered } from "./imageFilter";

test("an address says which pictures are shown", () => {
  const filter = filterFrom({ state: "labelled", split: "val", video: "7", label: "worker", tab: "images" });
  expect(filter).toEqual({ state: "labelled", split: "val", video: 7, label: "worker" });
  expect(isFiltered(filter)).toBe(true);
});

test("what makes no sense in an address is left out", () => {
  const filter = filterFrom({ state: "done", split: ["val"], video: "-3", label: "" });
  expect(filter).toEqual({});
  expect(isFiltered(filter)).toBe(false);
});
