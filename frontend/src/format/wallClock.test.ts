import { expect, test } from "vitest";

import { OFFSETS, offsetOf, ownOffset, wallDate, wallDateLike, wallIso, withOffset } from "./wallClock";

test("a time typed on site keeps its day and its offset", () => {
  const typed = new Date(2026, 4, 4, 7, 0, 0);
  // In UTC this is the evening before.
  expect(wallIso(typed, "+08:00")).toBe("2026-05-04T07:00:00+08:00");
  expect(new Date(wallIso(typed, "+08:00")).toISOString()).toBe("2026-05-03T23:00:00.000Z");
});

test("what is stored is shown as the clock on site showed it, wherever it is read", () => {
  const shown = wallDate("2026-05-04T07:05:09+08:00");
  expect([shown?.getDate(), shown?.getHours(), shown?.getMinutes(), shown?.getSeconds()]).toEqual([4, 7, 5, 9]);
  expect(wallDate("2026-05-03T23:00:00.123Z")?.getHours()).toBe(23);
  expect(wallDate("")).toBeNull();
});

test("the offset is the one of the text, and UTC where it has none", () => {
  expect(["2026-05-04T07:00:00+08:00", "2026-05-04T07:00:00-03:30", "2026-05-03T23:00:00Z", ""].map(offsetOf)).toEqual([
    "+08:00", "-03:30", "+00:00", "+00:00",
  ]);
});

test("the browser's own offset is written with its sign", () => {
  const at = (minutes: number) => ownOffset({ getTimezoneOffset: () => minutes } as Date);
  expect([at(-480), at(210), at(0)]).toEqual(["+08:00", "-03:30", "+00:00"]);
});

test("another offset names the same moment", () => {
  expect(withOffset("2026-05-03T23:00:00+00:00", "+08:00")).toBe("2026-05-04T07:00:00+08:00");
  expect(withOffset("2026-05-04T07:00:00+08:00", "-03:30")).toBe("2026-05-03T19:30:00-03:30");
  expect(OFFSETS).toContain("+05:45");
});

test("a moment is read as the clock on site shows it", () => {
  // 23:00 in UTC is seven in the morning of the next day in China.
  expect(wallDateLike("2026-05-03T23:00:00Z", "2026-05-04T06:00:00+08:00")).toEqual(new Date(2026, 4, 4, 7, 0, 0));
  expect(wallDateLike("2026-05-03T23:00:00.250Z", "")).toEqual(new Date(2026, 4, 3, 23, 0, 0));
});
