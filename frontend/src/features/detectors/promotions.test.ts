import { expect, test } from "vitest";

import { nameBefore } from "./promotions";
import type { Promotion } from "./types";

const NAMES = ["", "one", "two", "three"];

/** As the server lists them; the last of the rows is the newest. */
const history = (...rows: [Promotion["outcome"], number, number | null][]): Promotion[] =>
  rows.map(([outcome, detector, previous], index) => ({ id: index + 1, outcome, detector, previous, previous_name: NAMES[previous ?? 0] }) as Promotion).reverse();

test("the way back leads to whose place was taken", () => {
  const rows = history(["first", 1, null], ["passed", 2, 1], ["overridden", 3, 2]);
  expect([1, 2, 3].map((id) => nameBefore(rows, id))).toEqual([null, "one", "two"]);
});

test("it never leads to what was rejected", () => {
  const rows = history(["first", 1, null], ["passed", 2, 1], ["back", 1, 2]);
  expect(nameBefore(rows, 1)).toBeNull();
  const pingPong = history(["first", 1, null], ["passed", 2, 1], ["passed", 1, 2], ["passed", 2, 1], ["back", 1, 2]);
  expect(nameBefore(pingPong, 1)).toBeNull();
});
