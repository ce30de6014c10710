import { expect, test } from "vitest";

import { purposeOf } from "./types";

test("a purpose is the narrowest that the labels serve", () => {
  expect(purposeOf(["worker", "vest", "vibrator_out"])).toBe("vibration");
  expect(purposeOf(["worker", "no_helmet"])).toBe("gear");
  expect(purposeOf(["worker"])).toBe("people");
  expect(purposeOf(["shovel"])).toBe("other");
});
