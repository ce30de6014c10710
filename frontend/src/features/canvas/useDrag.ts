import type { Point } from "@/geometry/types";

export interface DragDeeds {
  /** Names the thing that is dragged. */
  name: () => string;
  isFixed: () => boolean;
  chosen: () => void;
  /** By screen pixels; `gesture` is the same for all steps of one drag. */
  moved: (by: Point, gesture: string) => void;
  dropped: () => void;
}

/** Something on a stage that a pointer takes along, without the stage noticing. */
export function useDrag(deeds: DragDeeds) {
  let last: Point | null = null;
  let gesture = "";
  let gestures = 0;

  function down(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.stopPropagation();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    last = [event.clientX, event.clientY];
    gesture = `drag ${deeds.name()} ${++gestures} ${event.timeStamp}`;
    deeds.chosen();
  }

  function move(event: PointerEvent): void {
    if (!last || deeds.isFixed()) return;
    event.stopPropagation();
    const now: Point = [event.clientX, event.clientY];
    if (now[0] === last[0] && now[1] === last[1]) return;
    deeds.moved([now[0] - last[0], now[1] - last[1]], gesture);
    last = now;
  }

  function up(event: PointerEvent): void {
    if (!last) return;
    event.stopPropagation();
    last = null;
    deeds.dropped();
  }

  return { down, move, up };
}
