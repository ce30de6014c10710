import type { Bounds, Point } from "./types";

export interface Size {
  width: number;
  height: number;
}

/** How a sheet (a picture, or a plan with y down) lies on the screen: screen = sheet × scale + offset. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export const toScreen = (view: View, [x, y]: Point): Point => [x * view.scale + view.x, y * view.scale + view.y];
export const toSheet = (view: View, [x, y]: Point): Point => [(x - view.x) / view.scale, (y - view.y) / view.scale];

/** All of the bounds, as large as they fit, in the middle. */
export function fitted(bounds: Bounds, size: Size, margin: number): View {
  const width = Math.max(1e-9, bounds.right - bounds.left);
  const height = Math.max(1e-9, bounds.bottom - bounds.top);
  const room = { width: Math.max(1, size.width - 2 * margin), height: Math.max(1, size.height - 2 * margin) };
  const scale = Math.min(room.width / width, room.height / height);
  return {
    scale,
    x: size.width / 2 - ((bounds.left + bounds.right) / 2) * scale,
    y: size.height / 2 - ((bounds.top + bounds.bottom) / 2) * scale,
  };
}

/** Closer or farther, with what lies under `anchor` (on the screen) staying there. */
export function zoomed(view: View, factor: number, anchor: Point, limits: { least: number; most: number }): View {
  const scale = Math.min(limits.most, Math.max(limits.least, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: anchor[0] - (anchor[0] - view.x) * ratio, y: anchor[1] - (anchor[1] - view.y) * ratio };
}

export const panned = (view: View, dx: number, dy: number): View => ({ ...view, x: view.x + dx, y: view.y + dy });

/** The round step (1, 2 or 5 times a power of ten) that is at least `least`. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-9)));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(12));
}

/** The multiples of a step from one number to another, without the noise of adding up. */
export function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
