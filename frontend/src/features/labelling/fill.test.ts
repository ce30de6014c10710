import { expect, test } from "vitest";

import { gapToFill } from "./fill";

const BEFORE = { first: 1, last: 5, count: 3 };
const AFTER = { first: 5, last: 9, count: 2 };

test("a labelled picture, or one that was drawn on, closes the gap before it", () => {
  expect(gapToFill({ state: "labelled" }, false, { gap_before: BEFORE, gap_after: AFTER })).toEqual(BEFORE);
  expect(gapToFill({ state: "unlabelled" }, true, { gap_before: BEFORE, gap_after: null })).toEqual(BEFORE);
});

test("it closes the gap behind it where there is none before it", () => {
  const none = { ...BEFORE, count: 0 };
  expect(gapToFill({ state: "labelled" }, false, { gap_before: none, gap_after: AFTER })).toEqual(AFTER);
  expect(gapToFill({ state: "labelled" }, false, { gap_before: none, gap_after: null })).toBeNull();
});

test("a picture between two labelled ones is filled itself", () => {
  const around = { gap_before: BEFORE, gap_after: AFTER };
  expect(gapToFill({ state: "unlabelled" }, false, around)).toEqual({ first: 1, last: 9, count: 6 });
  expect(gapToFill({ state: "prelabelled" }, false, { gap_before: BEFORE, gap_after: null })).toBeNull();
  expect(gapToFill({ state: "skipped" }, false, around)).toBeNull();
});
