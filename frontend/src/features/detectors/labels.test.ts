import { expect, test } from "vitest";

import { knownAs } from "./labels";

test("a person is a worker where only that is known, and the other way round", () => {
  expect(knownAs("person", ["vest", "worker"])).toBe("worker");
  expect(knownAs("worker", ["person"])).toBe("person");
  expect(knownAs("worker", ["person", "worker"])).toBe("worker");
  expect(knownAs("shovel", ["worker"])).toBeNull();
});
