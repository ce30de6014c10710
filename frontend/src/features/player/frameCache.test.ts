import { expect, test, vi } from "vitest";

import { countUpTo, FrameCache } from "./frameCache";
import type { FrameResult } from "@/api/types";

const frame = (pts: number): FrameResult => ({
  video: 1,
  frame: pts * 10,
  pts_seconds: pts,
  width: 1,
  height: 1,
  boxes: [],
  scores: [],
  labels: [],
  pdq: null,
  pdq_quality: 0,
});

/** Ten-second windows over frames at every whole second. */
function makeCache({ isGrowing = false, now = (): number => 0 } = {}) {
  const load = vi.fn((_video: number, start: number, end: number) =>
    Promise.resolve(Array.from({ length: end - start }, (_, index) => frame(start + index))),
  );
  const onChange = vi.fn();
  const cache = new FrameCache({ windowSeconds: 10, load, onChange, isGrowing: () => isGrowing, now });
  return { cache, load, onChange };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("frames up to a moment are counted, that moment included", () => {
  const frames = [1, 2, 2.5, 4].map(frame);
  expect([0.9, 1, 2.4, 2.5, 9].map((seconds) => countUpTo(frames, seconds))).toEqual([0, 1, 2, 3, 4]);
});

test("the neighbours of a moment are found, also across the edge of a window", async () => {
  const { cache } = makeCache();
  cache.need(1, 9.5);
  await settled();
  const { before, after } = cache.around(1, 9.5);
  expect([before?.pts_seconds, after?.pts_seconds]).toEqual([9, 10]);
});

test("nothing is known of another video", async () => {
  const { cache } = makeCache();
  cache.need(1, 5);
  await settled();
  expect(cache.around(2, 5)).toEqual({ before: null, after: null });
});

test("a window is fetched once, however often it is needed", async () => {
  const { cache, load, onChange } = makeCache();
  cache.need(1, 2);
  cache.need(1, 3);
  await settled();
  cache.need(1, 4);
  await settled();
  expect(load).toHaveBeenCalledTimes(1);
  expect(onChange).toHaveBeenCalledTimes(1);
});

test("a window that still grows is fetched again after a while, not at once", async () => {
  let clock = 0;
  const { cache, load } = makeCache({ isGrowing: true, now: () => clock });
  cache.need(1, 2);
  await settled();
  clock = 1000;
  cache.need(1, 2);
  await settled();
  expect(load).toHaveBeenCalledTimes(1);
  clock = 2500;
  cache.need(1, 2);
  await settled();
  expect(load).toHaveBeenCalledTimes(2);
});

test("memory is bounded: the windows used longest ago are dropped", async () => {
  const { cache, load } = makeCache();
  for (let window = 0; window < 40; window += 1) {
    cache.need(1, window * 10 + 2);
    await settled();
  }
  expect(cache.windowCount).toBe(12);
  expect(cache.around(1, 395).before?.pts_seconds).toBe(395);
  expect(cache.around(1, 5)).toEqual({ before: null, after: null });
  load.mockClear();
  cache.need(1, 2);
  expect(load).toHaveBeenCalledTimes(1);
});

test("a window that could not be fetched is asked for again", async () => {
  const load = vi.fn().mockRejectedValueOnce(new Error("away")).mockResolvedValue([frame(1)]);
  const cache = new FrameCache({ windowSeconds: 10, load, onChange: () => {}, isGrowing: () => false });
  cache.need(1, 2);
  await settled();
  cache.need(1, 2);
  await settled();
  expect(cache.around(1, 2).before?.pts_seconds).toBe(1);
});
