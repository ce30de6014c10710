import { onUnmounted, shallowRef, watch, type Ref } from "vue";

import { api, body } from "@/api/client";
import type { Run, Segment } from "@/api/types";

const PAUSE_MS = 1_500;

/** The stretches of a run and how each of them fares. */
export function useSegments(run: Ref<Run | null>) {
  const segments = shallowRef<Segment[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    const id = run.value?.id;
    if (id === undefined) return;
    try {
      const fresh = await body(api.GET("/api/v1/runs/{id}/segments/", { params: { path: { id } } }));
      if (run.value?.id === id) segments.value = fresh;
    } catch {
      // The next change asks again; what is shown stays.
    }
  }

  watch(
    () => run.value?.id,
    () => {
      segments.value = [];
      void load();
    },
    { immediate: true },
  );
  watch([() => run.value?.segments_done, () => run.value?.frames_done, () => run.value?.state], () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void load();
    }, PAUSE_MS);
  });

  onUnmounted(() => clearTimeout(timer));
  return { segments };
}
