import { computed, ref, shallowRef, watch } from "vue";

import { boxOf, drawn, isSameBox, missingFrom, moved, rectOf, resized, type Handle, type Rect } from "./boxes";
import type { Labelling } from "./useLabelling";
import type { FollowedBox, LabelBox } from "@/features/datasets/types";
import type { Point } from "@/geometry/types";

type Change = (rect: Rect, by: Point) => Rect;

/** The chosen box, the class of the next one, and everything that changes boxes. */
export function useBoxEditor(labelling: Labelling, classes: () => string[]) {
  const chosen = ref<number | null>(null);
  const label = ref("");
  /** Copied boxes whose objects were not found again, as long as nobody moved them. */
  const lost = shallowRef<LabelBox[]>([]);
  const { history, boxes, image } = labelling;
  const box = computed<LabelBox | null>(() => (chosen.value === null ? null : (boxes.value[chosen.value] ?? null)));
  /** Where a drag began: its steps would add up rounding, and forget what lay beyond the edge. */
  let drag: { gesture: string; from: Rect; x: number; y: number } | null = null;

  watch(
    () => image.value?.id,
    () => {
      chosen.value = null;
      lost.value = [];
    },
  );
  watch(boxes, (now) => {
    if (chosen.value !== null && chosen.value >= now.length) chosen.value = null;
  });
  watch(
    classes,
    (names) => {
      if (!names.includes(label.value)) label.value = names[0] ?? "";
    },
    { immediate: true },
  );

  function reshape(index: number, rect: Rect, key: string): void {
    history.change((present) => {
      const one = present[index];
      if (one) one.box = [...rect];
    }, key);
  }

  function dragged(index: number, by: Point, gesture: string, change: Change): void {
    const one = boxes.value[index];
    if (!one) return;
    if (drag?.gesture !== gesture) drag = { gesture, from: rectOf(one), x: 0, y: 0 };
    drag.x += by[0];
    drag.y += by[1];
    reshape(index, change(drag.from, [drag.x, drag.y]), gesture);
  }

  function nudged(by: Point, change: Change): void {
    if (box.value && chosen.value !== null) reshape(chosen.value, change(rectOf(box.value), by), `nudge ${chosen.value}`);
  }

  const moving: Change = (rect, by) => (image.value ? moved(rect, by, image.value) : rect);
  const resizing = (handle: Handle): Change => (rect, by) => (image.value ? resized(rect, handle, by, image.value) : rect);

  /** A box of the present class between two places of the picture; false for one that is too thin. */
  function add(from: Point, to: Point): boolean {
    const rect = image.value && drawn(from, to, image.value);
    if (!rect) return false;
    history.change((present) => void present.push(boxOf(label.value, rect)));
    chosen.value = boxes.value.length - 1;
    return true;
  }

  /** The class of the chosen box, and of the next one that is drawn. */
  function setClass(name: string): void {
    label.value = name;
    const index = chosen.value;
    if (index === null) return;
    history.change((present) => {
      const one = present[index];
      if (one) one.label = name;
    });
  }

  function remove(index: number): void {
    history.change((present) => void present.splice(index, 1));
    chosen.value = null;
  }

  /** Takes boxes of another picture over and chooses the first that was lost; how many were new, and lost. */
  function copy(others: readonly FollowedBox[]): { count: number; lostCount: number } {
    if (!image.value) return { count: 0, lostCount: 0 };
    const fresh = missingFrom(boxes.value, others, image.value);
    lost.value = missingFrom(boxes.value, others.filter((one) => !one.is_found), image.value);
    history.change((present) => void present.push(...fresh));
    const first = boxes.value.findIndex(isLost);
    if (first >= 0) chosen.value = first;
    return { count: fresh.length, lostCount: lost.value.length };
  }
  const isLost = (box: LabelBox): boolean => lost.value.some((one) => isSameBox(one, box));

  return {
    chosen, label, box, add, setClass, remove, copy, isLost,
    choose: (index: number | null) => (chosen.value = index),
    dragBox: (index: number, by: Point, gesture: string) => dragged(index, by, gesture, moving),
    dragHandle: (index: number, handle: Handle, by: Point, gesture: string) => dragged(index, by, gesture, resizing(handle)),
    nudge: (by: Point) => nudged(by, moving),
    nudgeEdges: (edges: Handle, by: Point) => nudged(by, resizing(edges)),
  };
}

export type BoxEditor = ReturnType<typeof useBoxEditor>;
