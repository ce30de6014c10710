import { expect, test } from "vitest";

import { beginsAt } from "./pourClock";

test("a video begins where the pour's clock has it", () => {
  const clock = {
    starts_at: null,
    videos: [
      { video: 7, offset_s: 0, duration_s: 60 },
      { video: 3, offset_s: 60, duration_s: 30 },
    ],
  };
  expect(beginsAt(clock, 3)).toBe(60);
  expect(beginsAt(clock, 7)).toBe(0);
  expect([beginsAt(clock, 9), beginsAt(clock, null), beginsAt(undefined, 3)]).toEqual([0, 0, 0]);
});
