import { expect, test } from "vitest";

import { blocksOf, heaviest, TimelineIndex, type TimelineItem } from "./timelineItems";

const item = (id: number, start: number, end: number, weight = 0): TimelineItem => ({
  id,
  start,
  end,
  weight,
  look: "good",
  title: "",
});
const DRAWING = { widthPx: 1000, leastPx: 4, lanes: 2 };
const ids = (items: readonly TimelineItem[]): number[] => items.map(({ id }) => id);

test("only what touches the view is found, also a long one that began before it", () => {
  const index = new TimelineIndex([item(3, 300, 310), item(1, 0, 250), item(2, 100, 110)]);
  expect(ids(index.within({ from: 200, to: 299 }))).toEqual([1]);
  expect(ids(index.within({ from: 251, to: 260 }))).toEqual([]);
  expect(ids(index.within({ from: 105, to: 305 }))).toEqual([1, 2, 3]);
});

test("a bar lies where its times are", () => {
  const [block] = blocksOf(new TimelineIndex([item(1, 25, 75)]), { from: 0, to: 100 }, DRAWING);
  expect(block).toMatchObject({ leftPx: 250, widthPx: 500, lane: 0 });
});

test("two at once lie one above the other, the next one on the first lane again", () => {
  const index = new TimelineIndex([item(1, 0, 10), item(2, 5, 15), item(3, 20, 30)]);
  const lanes = blocksOf(index, { from: 0, to: 100 }, DRAWING).map(({ items, lane }) => [ids(items), lane]);
  expect(lanes).toEqual([[[1], 0], [[2], 1], [[3], 0]]);
});

test("three at once on two lanes: the third joins the one that ends first", () => {
  const index = new TimelineIndex([item(1, 0, 10), item(2, 1, 30), item(3, 5, 20)]);
  const blocks = blocksOf(index, { from: 0, to: 100 }, DRAWING);
  expect(blocks.map(({ items }) => ids(items))).toEqual([[1, 3], [2]]);
  expect(blocks[0]?.widthPx).toBeCloseTo(200, 6);
});

test("ten hours with five thousand items need no more blocks than there is room for, and lose none", () => {
  const items = Array.from({ length: 5000 }, (_, at) => item(at, at * 7.2, at * 7.2 + 5));
  const index = new TimelineIndex(items);
  const blocks = blocksOf(index, { from: 0, to: 36_000 }, DRAWING);
  expect(blocks.length).toBeLessThan(500);
  expect(blocks.flatMap((block) => ids(block.items)).sort((one, other) => one - other)).toEqual(ids(items));
  const near = blocksOf(index, { from: 7200, to: 7260 }, DRAWING);
  expect(near.every((block) => block.items.length === 1)).toBe(true);
  expect(near).toHaveLength(9);
});

test("of several the heaviest is shown", () => {
  expect(heaviest([item(1, 0, 1, 2), item(2, 0, 1, 3), item(3, 0, 1, 1)])?.id).toBe(2);
  expect(heaviest([])).toBeUndefined();
});
