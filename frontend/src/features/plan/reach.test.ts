import { expect, test } from "vitest";

import { areasOf, cellAt, decodeMap, isOnMap, mapBounds, withNearby, type MapAnswer } from "./maps";
import { classesAt, coveredPct, dosesAt, isKnownAt, NOT_YET, reachOf, stillOpen } from "./reach";
import type { Insertion } from "@/features/inspection/types";

const NAMES = ["outside", "missed", "short", "good", "over", "unobservable"];
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** Four cells of 1 m in a row: good, short, missed, unobservable. */
const ANSWER: MapAnswer = {
  lift: 0, name: "1", origin_m: [10, 20], cell_m: 1, columns: 4, rows: 1,
  classes: base64(new Uint8Array([3, 2, 1, 5])), class_names: NAMES,
  dose_s: base64(new Uint8Array(new Float32Array([12, 0, 0, 0]).buffer)),
  dose_scale_s: 60, sigma_m: 0.05, covered_pct: 33.3, covered_tolerant_pct: 40, uncovered_m2: 2, unobservable_pct: 25,
  largest_hole_m2: 1, area_m2: { missed: 1, short: 1, good: 1, over: 0, unobservable: 1 },
};
const MAP = decodeMap(ANSWER);
const insertion = (change: Partial<Insertion>): Insertion =>
  ({ lift: 0, x_m: 10.5, y_m: 20.5, pour_start_s: 100, duration_s: 12, grade: "good", ...change }) as Insertion;
const STAYS = [insertion({}), insertion({ x_m: 11.5, pour_start_s: 200, duration_s: 4, grade: "short" })];

test("a map keeps its cells, names and doses", () => {
  expect([...MAP.classes]).toEqual([3, 2, 1, 5]);
  expect(MAP.dose_s[0]).toBe(12);
  expect(cellAt(MAP, [13.9, 20.1])).toBe(3);
  expect(cellAt(MAP, [14.1, 20.1])).toBeNull();
  expect(areasOf(MAP.classes, MAP.cell_m)).toMatchObject({ good: 1, missed: 1, over: 0 });
});

test("the plan takes in what was vibrated beside the map, not what is far off", () => {
  const bounds = mapBounds(MAP);
  expect(bounds).toEqual({ left: 10, top: 20, right: 14, bottom: 21 });
  expect(withNearby(bounds, [[12, 20.5]])).toEqual(bounds);
  expect(withNearby(bounds, [[6.5, 20.5], [12, 24.9]])).toEqual({ left: 6.5, top: 20, right: 14, bottom: 24.9 });
  expect(withNearby(bounds, [[5.9, 20.5], [12, 25.1], [Infinity, 20]])).toEqual(bounds);
});

test("names in another order are told apart", () => {
  const other = decodeMap({ ...ANSWER, class_names: ["good", "missed"], classes: base64(new Uint8Array([0, 1, 1, 0])) });
  expect([...other.classes]).toEqual([3, 1, 1, 3]);
});

test("what is vibrated later is not yet", () => {
  const reach = reachOf(MAP, STAYS, 0.3);
  expect([...classesAt(MAP, reach, 111)]).toEqual([NOT_YET, NOT_YET, 1, 5]);
  expect([...classesAt(MAP, reach, 112)]).toEqual([3, NOT_YET, 1, 5]);
  expect([...classesAt(MAP, reach, 204)]).toEqual([3, 2, 1, 5]);
});

test("a cell has the class that its stays had earned by then", () => {
  // First cell: short, 12 s, 28 s and 25 s, together 65 s of the 60 that are too many. Second: 12 s, then 40 s at once.
  const stays = [
    insertion({ pour_start_s: 50, duration_s: 4, grade: "short" }), insertion({ pour_start_s: 100 }),
    insertion({ pour_start_s: 400, duration_s: 28 }), insertion({ pour_start_s: 300, duration_s: 25 }),
    insertion({ x_m: 11.5, pour_start_s: 500 }), insertion({ x_m: 11.5, pour_start_s: 600, duration_s: 40, grade: "over" }),
  ];
  const map = { ...MAP, classes: Uint8Array.from([4, 4, 1, 5]), dose_s: Float32Array.from([65, 52, 0, 0]) };
  const reach = reachOf(map, stays, 0.3);
  const at = (time_s: number): number[] => [...classesAt(map, reach, time_s)].slice(0, 2);
  expect(at(53.9)).toEqual([NOT_YET, NOT_YET]);
  expect(at(54)).toEqual([2, NOT_YET]);
  expect(at(112)).toEqual([3, NOT_YET]);
  expect(at(427.9)).toEqual([3, NOT_YET]);
  expect(at(428)).toEqual([4, NOT_YET]);
  expect(at(639.9)).toEqual([4, 3]);
  expect(at(640)).toEqual([4, 4]);
});

test("the time of a withdrawal makes nothing too long", () => {
  // 34 s, 34 s and 14 s of which 4 s each are the withdrawal: 30, 60 and 70 s of the 60 that are allowed.
  const stays = [34, 34, 14].map((duration_s, index) => insertion({ pour_start_s: 100 * index, duration_s }));
  const map = { ...MAP, classes: Uint8Array.from([4, 1, 1, 5]), dose_s: Float32Array.from([70, 0, 0, 0]) };
  const reach = reachOf(map, stays, 0.3);
  expect([134, 213.9, 214].map((time_s) => classesAt(map, reach, time_s)[0])).toEqual([3, 3, 4]);
  expect([10, 32, 110, 300].map((time_s) => dosesAt(map, reach, stays, 0.3, time_s)[0])).toEqual([10, 30, 40, 70]);
});

test("a finding is known when what it is about was over", () => {
  // On the pour's clock from 100 to 130 s; its video begins at 60 s.
  const finding = { pour_start_s: 100, start_s: 40, end_s: 70 };
  expect([99, 129, 130, null].map((time_s) => isKnownAt(finding, time_s))).toEqual([false, false, true, true]);
});

test("doses grow while a valid insertion lasts, and end at those of the map", () => {
  const twice = { ...MAP, dose_s: Float32Array.from([20, 0, 0, 0]) };
  const stays = [...STAYS, insertion({ pour_start_s: 300, duration_s: 8 })];
  const at = (time_s: number): number[] => [...dosesAt(twice, reachOf(twice, stays, 0.3), stays, 0.3, time_s)];
  expect(at(99)).toEqual([0, 0, 0, 0]);
  expect(at(103)).toEqual([3, 0, 0, 0]);
  expect(at(250)).toEqual([12, 0, 0, 0]);
  expect(at(400)).toEqual([...twice.dose_s]);
});

test("a short insertion reaches, but does not cover", () => {
  const reach = reachOf(MAP, STAYS, 0.3);
  expect(reach.short[1]).toBe(204);
  expect(reach.good[1]).toBe(Infinity);
  expect(coveredPct(classesAt(MAP, reach, 300))).toBeCloseTo(100 / 3);
  expect(coveredPct(classesAt(MAP, reach, 0))).toBe(0);
});

test("while a run goes on nothing is missed yet, and nothing more is covered", () => {
  expect([...stillOpen(MAP.classes)]).toEqual([3, 2, NOT_YET, 5]);
  expect(coveredPct(stillOpen(MAP.classes))).toBe(coveredPct(MAP.classes));
});

test("another lift reaches nothing here", () => {
  expect(reachOf(MAP, [insertion({ lift: 1 })], 0.3).good[0]).toBe(Infinity);
});

test("where nothing could be seen there is no share", () => {
  expect(coveredPct(new Uint8Array([0, 5, 5]))).toBeNull();
});

test("a map shows what belongs to its lift, or to none", () => {
  expect([0, 1, null].map((lift) => isOnMap(MAP, lift))).toEqual([true, false, true]);
  expect(isOnMap(null, 3)).toBe(true);
});
