import type { Point } from "@/geometry/types";

/** A hand is not still: so far a press may move and still be a click. */
const CLICK_PX = 5;

export interface PointerDeeds {
  /** Where an event is, in pixels of the stage. */
  at: (event: PointerEvent) => Point;
  click: (at: Point) => void;
  pan: (dx: number, dy: number) => void;
  zoom: (factor: number, at: Point) => void;
  /** Whether the main button draws instead of panning. */
  isDrawing: () => boolean;
  draw: (from: Point, to: Point) => void;
  /** The drawing is complete, or given up for a pinch. */
  drawn: (isKept: boolean) => void;
}

/** One pointer clicks, and pans or draws; two pinch and pan. */
export function usePointers(deeds: PointerDeeds) {
  const pointers = new Map<number, Point>();
  let pressed: Point | null = null;
  let drawnFrom: Point | null = null;

  function down(event: PointerEvent): void {
    if (event.button > 1) return;
    pointers.set(event.pointerId, deeds.at(event));
    endDrawing(false);
    pressed = pointers.size === 1 && event.button === 0 ? deeds.at(event) : null;
    drawnFrom = pressed && deeds.isDrawing() ? pressed : null;
  }

  function endDrawing(isKept: boolean): void {
    // A press that did not move was a click, not a drawing.
    if (drawnFrom && !pressed) deeds.drawn(isKept);
    drawnFrom = null;
  }

  function move(event: PointerEvent): void {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = deeds.at(event);
    if (pressed && Math.hypot(now[0] - pressed[0], now[1] - pressed[1]) <= CLICK_PX) return;
    pressed = null;
    // Only now: a captured pointer would take the click away from the shape under it.
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (drawnFrom) {
      deeds.draw(drawnFrom, now);
    } else if (other) {
      const gap = (point: Point): number => Math.hypot(point[0] - other[0], point[1] - other[1]);
      deeds.zoom(gap(now) / Math.max(1, gap(before)), [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
      deeds.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    } else {
      deeds.pan(now[0] - before[0], now[1] - before[1]);
    }
    pointers.set(event.pointerId, now);
  }

  function up(event: PointerEvent): void {
    if (!pointers.delete(event.pointerId)) return;
    endDrawing(event.type === "pointerup");
    if (pressed && event.type === "pointerup") deeds.click(pressed);
    pressed = null;
  }

  return { down, move, up };
}
