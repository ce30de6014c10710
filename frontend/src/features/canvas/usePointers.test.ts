import { expect, test, vi } from "vitest";

import { usePointers } from "./usePointers";
import type { Point } from "@/geometry/types";

const at = (x: number, y: number, more: Partial<PointerEvent> = {}): PointerEvent =>
  ({ type: "pointermove", pointerId: 1, button: 0, clientX: x, clientY: y, currentTarget: { setPointerCapture: () => {} }, ...more }) as unknown as PointerEvent;

function stage(isDrawing: boolean) {
  const deeds = {
    at: (event: PointerEvent): Point => [event.clientX, event.clientY],
    click: vi.fn(), pan: vi.fn(), zoom: vi.fn(), draw: vi.fn(), drawn: vi.fn(),
    isDrawing: () => isDrawing,
  };
  return { deeds, pointers: usePointers(deeds) };
}

test("a drag pans, or draws where drawing is meant", () => {
  for (const isDrawing of [false, true]) {
    const { deeds, pointers } = stage(isDrawing);
    pointers.down(at(10, 10));
    pointers.move(at(40, 30));
    pointers.up(at(40, 30, { type: "pointerup" }));
    if (isDrawing) expect(deeds.draw).toHaveBeenCalledWith([10, 10], [40, 30]);
    else expect(deeds.pan).toHaveBeenCalledWith(30, 20);
    expect(deeds.drawn.mock.calls).toEqual(isDrawing ? [[true]] : []);
    expect(deeds.click).not.toHaveBeenCalled();
  }
});

test("a press that hardly moves is a click and draws nothing", () => {
  const { deeds, pointers } = stage(true);
  pointers.down(at(10, 10));
  pointers.move(at(12, 11));
  pointers.up(at(12, 11, { type: "pointerup" }));
  expect(deeds.click).toHaveBeenCalledWith([10, 10]);
  expect([deeds.draw, deeds.drawn].map((deed) => deed.mock.calls.length)).toEqual([0, 0]);
});

test("a second finger gives the drawing up and pinches", () => {
  const { deeds, pointers } = stage(true);
  pointers.down(at(10, 10));
  pointers.move(at(40, 30));
  pointers.down(at(80, 30, { pointerId: 2 }));
  expect(deeds.drawn.mock.calls).toEqual([[false]]);
  pointers.move(at(100, 30, { pointerId: 2 }));
  expect(deeds.zoom.mock.calls[0]?.[0]).toBe(1.5);
  pointers.up(at(100, 30, { pointerId: 2, type: "pointerup" }));
  expect(deeds.drawn).toHaveBeenCalledTimes(1);
});

test("the middle button pans where the main one draws", () => {
  const { deeds, pointers } = stage(true);
  pointers.down(at(10, 10, { button: 1 }));
  pointers.move(at(40, 30));
  expect(deeds.pan).toHaveBeenCalledWith(30, 20);
  expect(deeds.draw).not.toHaveBeenCalled();
});
