import { expect, test } from "vitest";

import { deedOf } from "./keys";

const key = (name: string, more: Partial<KeyboardEvent> = {}) => ({
  key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more,
});

test("arrows move the chosen box by one pixel, with Shift by ten", () => {
  expect(deedOf(key("ArrowLeft"), true)).toEqual({ does: "move", by: [-1, 0] });
  expect(deedOf(key("ArrowDown", { shiftKey: true }), true)).toEqual({ does: "move", by: [0, 10] });
});

test("Alt and Ctrl move edges instead", () => {
  expect(deedOf(key("ArrowRight", { altKey: true }), true)).toEqual({ does: "resize", edges: "se", by: [1, 0] });
  expect(deedOf(key("ArrowUp", { ctrlKey: true, shiftKey: true }), true)).toEqual({ does: "resize", edges: "nw", by: [0, -10] });
});

test("without a chosen box arrows lead from picture to picture", () => {
  expect(deedOf(key("ArrowRight"), false)).toEqual({ does: "next" });
  expect(deedOf(key("ArrowLeft"), false)).toEqual({ does: "previous" });
  expect(deedOf(key("ArrowUp"), false)).toBeNull();
  expect(deedOf(key("ArrowLeft", { altKey: true }), false)).toBeNull();
});

test("numbers choose a class, letters do what the help says", () => {
  expect(deedOf(key("3"), true)).toEqual({ does: "class", index: 2 });
  expect(deedOf(key("0"), true)).toBeNull();
  expect(deedOf(key("D"), true)).toEqual({ does: "next" });
  expect(deedOf(key("Enter"), false)).toEqual({ does: "save" });
  expect(deedOf(key("?", { shiftKey: true }), false)).toEqual({ does: "help" });
});

test("changes are taken back and made again; other shortcuts are the browser's", () => {
  expect(deedOf(key("z", { ctrlKey: true }), true)).toEqual({ does: "undo" });
  expect(deedOf(key("Z", { ctrlKey: true, shiftKey: true }), true)).toEqual({ does: "redo" });
  expect(deedOf(key("y", { metaKey: true }), true)).toEqual({ does: "redo" });
  expect(deedOf(key("c", { ctrlKey: true }), true)).toBeNull();
  expect(deedOf(key("d", { altKey: true }), true)).toBeNull();
});
