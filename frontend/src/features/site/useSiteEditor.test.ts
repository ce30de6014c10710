import { expect, test } from "vitest";
import { computed, createApp, nextTick, shallowRef } from "vue";

import { normalised, type Lift, type SiteDocument } from "./document";
import type { SiteDraft } from "./useSiteDraft";
import { provideSiteEditor, type SiteEditor } from "./useSiteEditor";
import type { Video } from "@/api/types";
import { useHistory } from "@/features/canvas/history";

const LIFT: Lift = { name: "upper", start_s: 60, calibration: null };
const VIDEOS = [1, 2].map((id) => ({ id, width: 480, height: 270, duration_seconds: 90 }) as Video);

function makeEditor(site: Partial<SiteDocument>) {
  const history = useHistory(normalised(site));
  const draft = { history, shown: computed(() => history.present.value), preview: shallowRef(null) } as unknown as SiteDraft;
  let editor!: SiteEditor;
  createApp({
    setup() {
      editor = provideSiteEditor(draft, () => VIDEOS, () => true, () => 0);
      return () => null;
    },
  }).mount(document.createElement("div"));
  return { editor, history };
}

test("another video is calibrated on its common plane, whichever lift was chosen before", async () => {
  const { editor } = makeEditor({ cameras: { 1: { calibration: null, lifts: [LIFT], starts_at: null, still_seconds: 0 } } });
  editor.videoId.value = 1;
  await nextTick();
  editor.plane.value = 0;
  editor.videoId.value = 2;
  expect(editor.plane.value).toBeNull();
  editor.addPoint("points", [10, 20], [1, 2]);
  expect(editor.site.value.cameras[2]?.calibration?.points).toEqual([[10, 20, 1, 2]]);
  await nextTick();
  editor.videoId.value = 1;
  await nextTick();
  expect(editor.plane.value).toBeNull();
});

test("what is being drawn is taken back corner by corner before any change is", () => {
  const { editor, history } = makeEditor({});
  editor.change((site) => (site.radius_m = 0.3));
  editor.use({ does: "shape", kind: "pour" });
  editor.drawCorner([0, 0]);
  editor.drawCorner([1, 0]);
  editor.undo();
  expect(editor.drawn.value).toEqual([[0, 0]]);
  editor.undo();
  expect(history.present.value.radius_m).toBe(0.3);
  editor.undo();
  expect(history.present.value.radius_m).toBeNull();
  expect(editor.canUndo.value).toBe(false);
});
