import { expect, test } from "vitest";

import { clock, duration } from "./time";

const units = { h: "h", min: "min", s: "s" };

test("a clock shows minutes, seconds and tenths", () => {
  expect(clock(0)).toBe("00:00.0");
  expect(clock(65.34)).toBe("01:05.3");
});

test("a clock carries rounding into the minute", () => {
  expect(clock(59.96)).toBe("01:00.0");
  expect(clock(59.6, 0)).toBe("01:00");
});

test("a clock shows hours only from an hour on", () => {
  expect(clock(3599.9)).toBe("59:59.9");
  expect(clock(3600)).toBe("1:00:00.0");
  expect(clock(7325, 0)).toBe("2:02:05");
});

test("a clock never goes below zero", () => {
  expect(clock(-0.3)).toBe("00:00.0");
});

test("a duration has at most two units, and no seconds beside many minutes", () => {
  expect(duration(8.4, units)).toBe("8 s");
  expect(duration(200, units)).toBe("3 min 20 s");
  expect(duration(1000, units)).toBe("16 min");
  expect(duration(7500, units)).toBe("2 h 5 min");
  expect(duration(7200, units)).toBe("2 h");
});
