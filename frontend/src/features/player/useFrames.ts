import { onUnmounted, ref, shallowRef, watch, type Ref } from "vue";

import { FrameCache } from "./frameCache";
import { api, body } from "@/api/client";
import type { FrameResult, Run } from "@/api/types";
import { isActive } from "@/ui/tones";

const FRAMES_PER_WINDOW = 150;
const PAGE = 5000;

/** All frames of a stretch: the server gives them in pages. */
export async function fetchFrames(
  run: number,
  query: { video?: number; start?: number; end?: number },
): Promise<FrameResult[]> {
  const frames: FrameResult[] = [];
  let cursor: string | undefined;
  do {
    const page = await body(
      api.GET("/api/v1/runs/{id}/frames/", {
        params: { path: { id: run }, query: { ...query, limit: PAGE, ...(cursor && { cursor }) } },
      }),
    );
    frames.push(...page.results);
    cursor = cursorOf(page.next);
  } while (cursor);
  return frames;
}

export function cursorOf(next: string | null | undefined): string | undefined {
  return next ? (new URL(next, "http://localhost").searchParams.get("cursor") ?? undefined) : undefined;
}

/** Seconds between two analysed frames, as the run was asked to look. */
export function analysisGap(run: Run, videoRate: number): number {
  const rate = videoRate > 0 ? videoRate : 25;
  return 1 / Math.min(run.fps ?? rate, rate);
}

/** The frames of the shown run around the play head. `version` changes when more are there. */
export function useFrames(run: Ref<Run | null>, videoRate: Ref<number>) {
  const cache = shallowRef<FrameCache | null>(null);
  const version = ref(0);

  watch(
    () => run.value?.id,
    () => {
      cache.value?.stop();
      const shown = run.value;
      cache.value = shown
        ? new FrameCache({
            windowSeconds: Math.min(120, Math.max(10, FRAMES_PER_WINDOW * analysisGap(shown, videoRate.value))),
            load: (video, start, end) => fetchFrames(shown.id, { video, start, end }),
            isGrowing: () => run.value !== null && isActive(run.value.state),
            onChange: () => {
              version.value += 1;
            },
          })
        : null;
      version.value += 1;
    },
    { immediate: true },
  );

  watch(
    () => run.value?.state,
    (state) => {
      if (!state || isActive(state)) return;
      cache.value?.forgetGrowing();
      version.value += 1;
    },
  );

  onUnmounted(() => cache.value?.stop());
  return { cache, version };
}
