import { expect, test } from "vitest";

import { preferredDetector } from "./preferredDetector";

const hog = { name: "hog", purpose: "people", state: "active" } as const;
const starter = { name: "starter", purpose: "vibration", state: "candidate" } as const;
const other = { name: "other", purpose: "people", state: "candidate" } as const;

test("the active detector for vibration goes first", () => {
  const ours = { name: "ours", purpose: "vibration", state: "active" } as const;
  expect(preferredDetector([hog, starter, ours], "hog")).toBe("ours");
});

test("without one, what was used last, if it is still there; then what comes with the program", () => {
  expect(preferredDetector([hog, starter, other], "other")).toBe("other");
  expect(preferredDetector([hog, starter, other], "gone")).toBe("starter");
  expect(preferredDetector([other, hog], null)).toBe("hog");
  expect(preferredDetector([other], null)).toBe("other");
  expect(preferredDetector([], null)).toBeNull();
});
