import { onUnmounted, shallowRef, watch, type Ref } from "vue";

import { api, body } from "@/api/client";
import { analysisGap } from "./useFrames";
import type { Run, Timeline, Video } from "@/api/types";

const FEWEST_BINS = 20;
/** As many as a window is wide, and for hours so many that they can be looked at closely. */
const USUAL_BINS = 300;
const MOST_BINS = 1500;
const COARSEST_SECONDS = 10;
const PAUSE_MS = 2_500;

/** The counts of the shown run and video; asked for again, not too often, while the run goes on. */
export function useTimeline(run: Ref<Run | null>, video: Ref<Video | null>) {
  const timeline = shallowRef<Timeline | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let calls = 0;

  async function load(): Promise<void> {
    const shown = run.value;
    const about = video.value;
    if (!shown || !about) return;
    // At most one bin for each analysed frame: thinner ones would leave gaps between the frames.
    const frames = Math.floor(about.duration_seconds / analysisGap(shown, about.frame_rate));
    const wanted = Math.min(MOST_BINS, Math.max(USUAL_BINS, Math.ceil(about.duration_seconds / COARSEST_SECONDS)));
    const bins = Math.min(wanted, Math.max(FEWEST_BINS, frames));
    const call = ++calls;
    try {
      const fresh = await body(
        api.GET("/api/v1/runs/{id}/timeline/", {
          params: { path: { id: shown.id }, query: { video: about.id, bins } },
        }),
      );
      if (call === calls) timeline.value = fresh;
    } catch {
      // The next change asks again; what is shown stays.
    }
  }

  watch(
    [() => run.value?.id, () => video.value?.id],
    () => {
      clearTimeout(timer);
      timer = undefined;
      timeline.value = null;
      void load();
    },
    { immediate: true },
  );
  watch([() => run.value?.id, () => run.value?.frames_done, () => run.value?.state], ([id], [before]) => {
    if (id !== before) return; // another run, which is asked for above
    timer ??= setTimeout(() => {
      timer = undefined;
      void load();
    }, PAUSE_MS);
  });

  onUnmounted(() => clearTimeout(timer));
  return { timeline };
}
