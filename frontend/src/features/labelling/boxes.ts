import type { LabelBox } from "@/features/datasets/types";
import type { Point } from "@/geometry/types";
import type { Size } from "@/geometry/view";

/** Left, top, right, bottom in pixels of the picture. */
export type Rect = readonly [number, number, number, number];

/** The edges that a handle takes along. */
export type Handle = "n" | "ne" | "e" | "se" | "s" | "sw" | "w" | "nw";

/** Thinner than this is nothing: a box is never empty. */
export const LEAST_SIDE_PX = 1;
/** What a hand draws by mistake. */
const LEAST_DRAWN_PX = 2;

/** To a tenth of a pixel: closer than anybody draws. */
const rounded = (value: number): number => Math.round(value * 10) / 10;
const between = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

export const rectOf = (box: LabelBox): Rect => box.box as unknown as Rect;
export const boxOf = (label: string, rect: Rect): LabelBox => ({ label, box: [...rect] });

/** What of a rectangle lies in the picture; null when nothing does. */
export function cut([left, top, right, bottom]: Rect, { width, height }: Size): Rect | null {
  const inside: Rect = [
    rounded(between(left, 0, width)),
    rounded(between(top, 0, height)),
    rounded(between(right, 0, width)),
    rounded(between(bottom, 0, height)),
  ];
  return inside[2] - inside[0] >= LEAST_SIDE_PX && inside[3] - inside[1] >= LEAST_SIDE_PX ? inside : null;
}

/** The rectangle between two corners, whichever they are; null for one too thin to be meant. */
export function drawn([ax, ay]: Point, [bx, by]: Point, picture: Size): Rect | null {
  const rect = cut([Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)], picture);
  return rect && rect[2] - rect[0] >= LEAST_DRAWN_PX && rect[3] - rect[1] >= LEAST_DRAWN_PX ? rect : null;
}

/** Somewhere else, as large as before, and still in the picture. */
export function moved([left, top, right, bottom]: Rect, [dx, dy]: Point, { width, height }: Size): Rect {
  const x = between(left + dx, 0, width - (right - left));
  const y = between(top + dy, 0, height - (bottom - top));
  return [rounded(x), rounded(y), rounded(x + right - left), rounded(y + bottom - top)];
}

/** One or two edges somewhere else: never past the opposite one, never out of the picture. */
export function resized([left, top, right, bottom]: Rect, handle: Handle, [dx, dy]: Point, { width, height }: Size): Rect {
  return [
    handle.includes("w") ? rounded(between(left + dx, 0, right - LEAST_SIDE_PX)) : left,
    handle.includes("n") ? rounded(between(top + dy, 0, bottom - LEAST_SIDE_PX)) : top,
    handle.includes("e") ? rounded(between(right + dx, left + LEAST_SIDE_PX, width)) : right,
    handle.includes("s") ? rounded(between(bottom + dy, top + LEAST_SIDE_PX, height)) : bottom,
  ];
}

const area = ([left, top, right, bottom]: Rect): number => (right - left) * (bottom - top);

/** The smallest box over a place: the helmet and not the worker who wears it. */
export function boxAt(boxes: readonly LabelBox[], [x, y]: Point): number | null {
  let found: number | null = null;
  boxes.forEach((box, index) => {
    const rect = rectOf(box);
    const isOver = x >= rect[0] && x <= rect[2] && y >= rect[1] && y <= rect[3];
    const best = found === null ? undefined : boxes[found];
    if (isOver && (!best || area(rect) < area(rectOf(best)))) found = index;
  });
  return found;
}

export const isSameBox = (one: LabelBox, other: LabelBox): boolean =>
  one.label === other.label && one.box.every((value, index) => value === other.box[index]);

export const areSameBoxes = (some: readonly LabelBox[], others: readonly LabelBox[]): boolean =>
  some.length === others.length && some.every((box, index) => isSameBox(box, others[index] as LabelBox));

/** The boxes of another picture that this one lacks, cut to its size. */
export function missingFrom(boxes: readonly LabelBox[], others: readonly LabelBox[], picture: Size): LabelBox[] {
  return others
    .map((other) => ({ label: other.label, rect: cut(rectOf(other), picture) }))
    .flatMap(({ label, rect }) => (rect ? [boxOf(label, rect)] : []))
    .filter((other) => !boxes.some((box) => isSameBox(box, other)));
}

/** Where a handle lies on a rectangle. */
export function handleAt([left, top, right, bottom]: Rect, handle: Handle): Point {
  const x = handle.includes("w") ? left : handle.includes("e") ? right : (left + right) / 2;
  const y = handle.includes("n") ? top : handle.includes("s") ? bottom : (top + bottom) / 2;
  return [x, y];
}

const CORNERS: Handle[] = ["nw", "ne", "se", "sw"];
const ALL: Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
/** On the screen: nearer to each other, handles would be in each other's way. */
const ROOM_PX = { corners: 30, edges: 72 };

/** The handles for which a box has room at a size on the screen. */
export function handlesFor(widthPx: number, heightPx: number): Handle[] {
  const least = Math.min(widthPx, heightPx);
  if (least >= ROOM_PX.edges) return ALL;
  return least >= ROOM_PX.corners ? CORNERS : ["nw", "se"];
}
