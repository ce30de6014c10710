import { expect, test } from "vitest";

import { bytes } from "./bytes";

test("sizes climb through the units with three digits at most", () => {
  expect(bytes(0, "en")).toBe("0 B");
  expect(bytes(1023, "en")).toBe("1,023 B");
  expect(bytes(1536, "en")).toBe("1.5 KiB");
  expect(bytes(3.2 * 2 ** 20, "en")).toBe("3.2 MiB");
  expect(bytes(500 * 2 ** 30, "en")).toBe("500 GiB");
});

test("what would round up to 1024 of a unit is 1 of the next", () => {
  expect(bytes(2 ** 20 - 1, "en")).toBe("1 MiB");
});
