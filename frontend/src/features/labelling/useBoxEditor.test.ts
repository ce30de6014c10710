import { expect, test } from "vitest";
import { computed, ref } from "vue";

import { useBoxEditor } from "./useBoxEditor";
import type { Labelling } from "./useLabelling";
import { useHistory } from "@/features/canvas/history";
import type { FollowedBox, LabelBox } from "@/features/datasets/types";

const STAYED: FollowedBox = { label: "worker", box: [50, 10, 60, 30], confidence: 0.2, is_found: false };
const MOVED: FollowedBox = { label: "worker", box: [5, 10, 15, 30], confidence: 0.9, is_found: true };

function makeEditor(boxes: LabelBox[] = []) {
  const history = useHistory<LabelBox[]>(boxes);
  const image = ref({ id: 1, width: 100, height: 80 });
  const labelling = { history, boxes: computed(() => history.present.value), image } as unknown as Labelling;
  return { editor: useBoxEditor(labelling, () => ["worker"]), history };
}

test("of copied boxes the first that was lost is chosen, until somebody moves it", () => {
  const { editor, history } = makeEditor();
  expect(editor.copy([MOVED, STAYED])).toEqual({ count: 2, lostCount: 1 });
  expect(history.present.value.map(editor.isLost)).toEqual([false, true]);
  expect(editor.chosen.value).toBe(1);
  editor.nudge([1, 0]);
  expect(history.present.value.map(editor.isLost)).toEqual([false, false]);
});

test("copied boxes keep to label and place, come once, and are taken back at once", () => {
  const { editor, history } = makeEditor([{ label: "worker", box: [5, 10, 15, 30] }]);
  expect(editor.copy([MOVED, { ...STAYED, is_found: true }])).toEqual({ count: 1, lostCount: 0 });
  expect(history.present.value[1]).toEqual({ label: "worker", box: [50, 10, 60, 30] });
  expect(editor.chosen.value).toBeNull();
  expect(editor.copy([MOVED])).toEqual({ count: 0, lostCount: 0 });
  history.undo();
  expect(history.present.value).toHaveLength(1);
});
