import { afterEach, expect, test, vi } from "vitest";
import { createApp, h, type App } from "vue";

import { provideSelection, type Selection } from "./selection";
import VideoPlayer from "./VideoPlayer.vue";
import type { Video } from "@/api/types";
import { i18n } from "@/i18n";

vi.mock("./overlay");

let app: App | null = null;
afterEach(() => app?.unmount());

test("who pauses to look at a picture keeps it, also while a run is followed", () => {
  let selection!: Selection;
  let pauseIt!: () => void;
  app = createApp({
    setup() {
      selection = provideSelection();
      const props = {
        video: { id: 1, filename: "a.mp4", width: 480, height: 270, frame_rate: 25, duration_seconds: 9, has_audio: false } as Video,
        cache: null, version: 0, filter: { hidden: new Set<string>(), minScore: 0 }, gapSeconds: 1, latest: null, canFollow: true,
      };
      return () => h(VideoPlayer, props, { controls: ({ pause }: { pause: () => void }) => void (pauseIt = pause) });
    },
  }).use(i18n);
  app.mount(document.createElement("div"));
  selection.isFollowing.value = true;
  pauseIt();
  expect(selection.isFollowing.value).toBe(false);
});
