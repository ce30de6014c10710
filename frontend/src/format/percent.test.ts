import { expect, test } from "vitest";

import { percentDone } from "./percent";

test("work is complete at its end only, and exact on the way", () => {
  expect([0, 0.58, 0.999, 1 - 1e-10, 1].map(percentDone)).toEqual([0, 58, 99, 99, 100]);
});
