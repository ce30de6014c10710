import { expect, test, vi } from "vitest";

import { FrameList, type FrameQuery } from "./frameList";
import type { FrameResult } from "@/api/types";

/** A server with a frame at every tenth of a second of `seconds`. */
function makeList(seconds: number) {
  const all = Array.from({ length: seconds * 10 }, (_, index) => ({ pts_seconds: index / 10 }) as FrameResult);
  const load = vi.fn(({ start = 0, end = Infinity, limit }: FrameQuery) =>
    Promise.resolve(all.filter((one) => one.pts_seconds >= start && one.pts_seconds < end).slice(0, limit)),
  );
  return { list: new FrameList({ load, gapSeconds: 0.1 }), load, all };
}

const ends = (list: FrameList) => [list.rows[0]?.pts_seconds, list.rows.at(-1)?.pts_seconds];

test("a short video is there at once, with nothing before or after", async () => {
  const { list } = makeList(10);
  await list.startAt(0);
  expect(list.rows).toHaveLength(100);
  expect([list.hasBefore, list.hasAfter]).toEqual([false, false]);
  expect(list.covers(9.9)).toBe(true);
});

test("a list begun in the middle reaches a little back, and knows that there is more", async () => {
  const { list } = makeList(1000);
  await list.startAt(500);
  expect(ends(list)).toEqual([498, 547.9]);
  expect([list.hasBefore, list.hasAfter]).toEqual([true, true]);
  expect([list.covers(499), list.covers(400), list.covers(600)]).toEqual([true, false, false]);
});

test("pages join without a gap and without a double", async () => {
  const { list } = makeList(1000);
  await list.startAt(500);
  await list.loadAfter();
  const added = await list.loadBefore();
  expect(added).toBe(500);
  const times = list.rows.map((row) => row.pts_seconds);
  expect(times).toHaveLength(1500);
  expect(times.every((time, index) => index === 0 || Math.abs(time - (times[index - 1] ?? 0) - 0.1) < 1e-6)).toBe(true);
});

test("rows that are far away are forgotten, and can be fetched again", async () => {
  const { list } = makeList(2000);
  await list.startAt(0);
  for (let page = 0; page < 10; page += 1) await list.loadAfter();
  expect(list.rows).toHaveLength(4000);
  expect(list.hasBefore).toBe(true);
  expect(list.covers(0)).toBe(false);
});

test("looking back reaches further when a filter leaves nothing near", async () => {
  const early = { pts_seconds: 1 } as FrameResult;
  const late = { pts_seconds: 900 } as FrameResult;
  const load = ({ start = 0, end = Infinity }: FrameQuery) =>
    Promise.resolve([early, late].filter((one) => one.pts_seconds >= start && one.pts_seconds < end));
  const list = new FrameList({ load, gapSeconds: 0.1 });
  await list.startAt(901);
  expect(list.rows).toEqual([late]);
  expect(await list.loadBefore()).toBe(1);
  expect(list.rows).toEqual([early, late]);
  expect(list.hasBefore).toBe(false);
});

test("frames that come while a run goes on are appended", async () => {
  const { list, all } = makeList(1);
  await list.startAt(0);
  all.push({ pts_seconds: 1 } as FrameResult);
  await list.loadAfter();
  expect(list.rows).toHaveLength(11);
});
