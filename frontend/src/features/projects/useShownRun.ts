import { computed, ref, shallowRef, watch, type Ref } from "vue";

import type { Run } from "@/api/types";

/** The run on the screen: the newest one, until another is chosen from the history. */
export function useShownRun(newest: Ref<Run | null>) {
  const chosen = shallowRef<Run | null>(null);
  const isNewestShown = ref(true);

  const shown = computed(() => (isNewestShown.value ? newest.value : chosen.value));

  function show(run: Run): void {
    chosen.value = run;
    isNewestShown.value = run.id === newest.value?.id;
  }

  function showNewest(): void {
    isNewestShown.value = true;
  }

  watch(
    () => newest.value?.id,
    () => showNewest(),
  );

  return { shown, show, showNewest };
}
