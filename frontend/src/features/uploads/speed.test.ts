import { expect, test } from "vitest";

import { SpeedMeter } from "./speed";

test("a speed needs some time before it means anything", () => {
  const meter = new SpeedMeter();
  meter.add(0, 0);
  meter.add(100, 5_000_000);
  expect(meter.bytesPerSecond).toBeNull();
});

test("only the last seconds count", () => {
  const meter = new SpeedMeter();
  for (let second = 0; second <= 10; second += 1) meter.add(second * 1000, second * 100);
  for (let second = 11; second <= 20; second += 1) meter.add(second * 1000, 1000 + (second - 10) * 500);
  expect(meter.bytesPerSecond).toBe(500);
});

test("after a pause the meter begins anew", () => {
  const meter = new SpeedMeter();
  meter.add(0, 0);
  meter.add(1000, 800);
  meter.reset();
  expect(meter.bytesPerSecond).toBeNull();
});
