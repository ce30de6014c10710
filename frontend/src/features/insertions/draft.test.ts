import { expect, test } from "vitest";

import { draftOf, lacksOf, newDraft, withEnd, withPlace, withStart } from "./draft";
import type { Insertion } from "@/features/inspection/types";

const detected = { id: 4, number: 7, video: 2, start_s: 10, end_s: 22.4, u_px: 600, v_px: 400 } as Insertion;

test("a new insertion says what it still lacks, until nothing is", () => {
  const begun = newDraft(2);
  expect(lacksOf(begun)).toEqual(["start", "end", "place"]);
  const timed = withEnd(withStart(begun, 12.34), 20);
  expect(timed).toMatchObject({ start_s: 12.3, end_s: 20 });
  expect(lacksOf(timed)).toEqual(["place"]);
  expect(lacksOf(withPlace(timed, 640.04, 360))).toEqual([]);
});

test("a start after the end begins a new insertion anew, but leaves a corrected one to be put right", () => {
  const timed = withEnd(withStart(newDraft(2), 10), 20);
  expect(withStart(timed, 25)).toMatchObject({ start_s: 25, end_s: null });
  const corrected = withStart(draftOf(detected), 30);
  expect(corrected).toMatchObject({ start_s: 30, end_s: 22.4 });
  expect(lacksOf(corrected)).toEqual(["order"]);
});

test("no length, a touch, and a detected insertion that has no place yet are told apart", () => {
  expect(lacksOf(withEnd(draftOf(detected), 10))).toEqual(["order"]);
  expect(lacksOf(withEnd(draftOf(detected), 10.9))).toEqual(["short"]);
  expect(lacksOf(withEnd(draftOf(detected), 11))).toEqual([]);
  expect(lacksOf(draftOf({ ...detected, u_px: null, v_px: null }))).toEqual(["place"]);
});
