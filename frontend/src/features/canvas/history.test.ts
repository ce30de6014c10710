import { expect, test } from "vitest";

import { useHistory } from "./history";

const add = (value: number) => (list: number[]) => void list.push(value);

test("steps are taken back and made again in their order", () => {
  const history = useHistory<number[]>([]);
  history.change(add(1));
  history.change(add(2));
  history.undo();
  expect(history.present.value).toEqual([1]);
  history.undo();
  expect(history.present.value).toEqual([]);
  expect(history.canUndo.value).toBe(false);
  history.redo();
  history.redo();
  expect(history.present.value).toEqual([1, 2]);
  expect(history.canRedo.value).toBe(false);
});

test("all of one drag is one step", () => {
  const history = useHistory({ x: 0 });
  for (const x of [1, 2, 3]) history.change((draft) => (draft.x = x), "drag 1");
  history.change((draft) => (draft.x = 4), "drag 2");
  history.undo();
  expect(history.present.value).toEqual({ x: 3 });
  history.undo();
  expect(history.present.value).toEqual({ x: 0 });
});

test("after taking back, the same key begins a new step", () => {
  const history = useHistory({ x: 0 });
  history.change((draft) => (draft.x = 1), "field");
  history.change((draft) => (draft.x = 2));
  history.undo();
  history.change((draft) => (draft.x = 5), "field");
  history.undo();
  expect(history.present.value).toEqual({ x: 1 });
});

test("a new change forgets what was taken back", () => {
  const history = useHistory<number[]>([]);
  history.change(add(1));
  history.undo();
  history.change(add(2));
  history.redo();
  expect(history.present.value).toEqual([2]);
});

test("a change that changes nothing is no step", () => {
  const history = useHistory({ x: 1 });
  history.change((draft) => (draft.x = 1));
  expect(history.canUndo.value).toBe(false);
});

test("an older state is never touched by a later change", () => {
  const history = useHistory<number[]>([]);
  history.change(add(1));
  const before = history.present.value;
  history.change(add(2));
  expect(before).toEqual([1]);
});
