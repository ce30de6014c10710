import { expect, test } from "vitest";

import { counted, deedOf, matchingFindings, mayMove, MOVES, neighbour, nextToReview, NO_FILTER, observedRatio, STATES } from "./review";
import type { Finding, Insertion } from "@/features/inspection/types";

const finding = (id: number, facts: Partial<Finding> = {}): Finding =>
  ({ id, number: id, rule: "V01", severity: "minor", state: "to_review", video: 1, lift: 0, note: "", review_note: "", ...facts }) as Finding;
const NAMES: Record<string, string> = { V01: "Under-vibrated point", V04: "Missed area" };
const nameOf = (rule: string): string => NAMES[rule] ?? "";
const ids = (findings: readonly Finding[]): number[] => findings.map(({ id }) => id);

const list = [
  finding(1, { state: "confirmed" }),
  finding(2),
  finding(3, { rule: "V04", severity: "major", video: null, lift: 1, review_note: "Checked on site" }),
  finding(4, { state: "false_alarm", review_note: "hose, not poker" }),
];

test("every state can be left, only by one of the agreed moves, and goes back to review", () => {
  for (const state of STATES) {
    expect(MOVES[state].length).toBeGreaterThan(0);
    if (state !== "to_review") expect(mayMove(state, "to_review")).toBe(true);
  }
  expect(mayMove("to_review", "closed")).toBe(false);
  expect(mayMove("false_alarm", "confirmed")).toBe(false);
});

test("filters narrow the list together", () => {
  const found = (filter: Partial<typeof NO_FILTER>) => ids(matchingFindings(list, { ...NO_FILTER, ...filter }, nameOf));
  expect(found({})).toEqual([1, 2, 3, 4]);
  expect(found({ state: "to_review" })).toEqual([2, 3]);
  expect(found({ state: "to_review", severity: "major" })).toEqual([3]);
  expect(found({ lift: 0, video: 1 })).toEqual([1, 2, 4]);
  expect(found({ search: "MISSED site" })).toEqual([3]);
  expect(found({ search: "#4" })).toEqual([4]);
  expect(found({ search: "nothing like it" })).toEqual([]);
});

test("a finding is seen as well as the insertion that was seen worst", () => {
  const insertions = [[7, 0.95], [8, 0.62], [9, 0.1]].map(([id, observed_ratio]) => ({ id, observed_ratio }) as Insertion);
  expect(observedRatio({ insertions: [7, 8] }, insertions)).toBe(0.62);
  expect(observedRatio({ insertions: [] }, insertions)).toBeNull();
});

test("counts say how many there are of each", () => {
  expect([...counted(list, (one) => one.state)]).toEqual([
    ["confirmed", 1],
    ["to_review", 2],
    ["false_alarm", 1],
  ]);
});

test("next and previous stop at the ends, and begin at the first", () => {
  expect(neighbour(list, null, 1)?.id).toBe(1);
  expect(neighbour(list, 2, 1)?.id).toBe(3);
  expect(neighbour(list, 4, 1)?.id).toBe(4);
  expect(neighbour(list, 1, -1)?.id).toBe(1);
  expect(neighbour([], 1, 1)).toBeNull();
});

test("after a verdict the next one that waits follows, from the beginning when there is none behind", () => {
  expect(nextToReview(list, 1)?.id).toBe(2);
  expect(nextToReview(list, 3)?.id).toBe(2);
  expect(nextToReview(list, null)?.id).toBe(2);
  expect(nextToReview([list[0] as Finding], 1)).toBeNull();
});

test("keys do what the help says, and others nothing", () => {
  expect(["j", "ArrowDown", "k", "c", "f", "u", " ", "?"].map(deedOf)).toEqual([
    "next",
    "next",
    "previous",
    "confirm",
    "false_alarm",
    "reopen",
    "play",
    "help",
  ]);
  expect(deedOf("x")).toBeUndefined();
});
