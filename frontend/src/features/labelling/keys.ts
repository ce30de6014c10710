import type { Point } from "@/geometry/types";

/** What a key means while somebody labels. */
export type Deed =
  | { does: "move"; by: Point }
  | { does: "resize"; edges: "nw" | "se"; by: Point }
  | { does: "class"; index: number }
  | { does: SimpleDeed };

export type SimpleDeed =
  | "remove" | "undo" | "redo" | "next" | "previous" | "next_to_label" | "save" | "skip" | "copy" | "fill" | "help" | "deselect";

type Keys = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

const STEPS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const LARGE_STEP_PX = 10;

const PLAIN: Record<string, SimpleDeed> = {
  delete: "remove",
  backspace: "remove",
  enter: "save",
  s: "save",
  x: "skip",
  d: "next",
  "]": "next",
  a: "previous",
  "[": "previous",
  n: "next_to_label",
  c: "copy",
  f: "fill",
  "?": "help",
  escape: "deselect",
};
const WITH_CONTROL: Record<string, SimpleDeed> = { y: "redo", s: "save" };

/**
 * Arrows move the chosen box a pixel (ten with Shift), Alt moves its right and lower edges, Ctrl its left
 * and upper ones; without a chosen box they lead to the next picture and back.
 */
export function deedOf(event: Keys, hasChosen: boolean): Deed | null {
  const step = STEPS[event.key];
  const hasControl = event.ctrlKey || event.metaKey;
  if (step) return arrowDeed(step, event, hasControl, hasChosen);
  if (event.altKey) return null;
  const key = event.key.toLowerCase();
  if (hasControl) {
    if (key === "z") return { does: event.shiftKey ? "redo" : "undo" };
    const does = WITH_CONTROL[key];
    return does ? { does } : null;
  }
  if (/^[1-9]$/.test(key)) return { does: "class", index: Number(key) - 1 };
  const does = PLAIN[key];
  return does ? { does } : null;
}

function arrowDeed([x, y]: Point, event: Keys, hasControl: boolean, hasChosen: boolean): Deed | null {
  if (!hasChosen) {
    if (x === 0 || hasControl || event.altKey || event.shiftKey) return null;
    return { does: x > 0 ? "next" : "previous" };
  }
  const size = event.shiftKey ? LARGE_STEP_PX : 1;
  const by: Point = [x * size, y * size];
  if (event.altKey) return { does: "resize", edges: "se", by };
  return hasControl ? { does: "resize", edges: "nw", by } : { does: "move", by };
}
