import { expect, test } from "vitest";

import { doseColour } from "./paint";

test("a dose is coloured in equal steps, and none stays blank", () => {
  expect(doseColour(0)).toBeNull();
  expect(doseColour(0.124)).toEqual([232, 243, 251]);
  expect(doseColour(0.126)).toEqual([195, 223, 242]);
  expect(doseColour(3)).toEqual([8, 40, 80]);
});
