import { computed, ref } from "vue";

import { getTasks } from "./api";
import { isActive } from "@/ui/tones";
import { useLoad } from "@/ui/useLoad";
import { usePolling } from "@/ui/usePolling";

const POLL_MS = 1_500;

/** The long work on a dataset, followed while some of it goes on. */
export function useTasks(dataset: number, onProgress: () => void) {
  const load = useLoad(() => getTasks(dataset));
  const tasks = computed(() => load.data.value?.results ?? []);
  const active = computed(() => tasks.value.filter((one) => isActive(one.state)));
  /** Grows whenever some work has ended. */
  const ended = ref(0);

  const endedIds = (): string[] => tasks.value.filter((one) => !isActive(one.state)).map((one) => one.id);

  async function reload(): Promise<void> {
    const isFirst = load.data.value === null;
    const wasActive = active.value.length > 0;
    const before = new Set(endedIds());
    await load.reload();
    if (isFirst) return;
    if (wasActive) onProgress();
    // Also work that began and ended since the last look.
    if (endedIds().some((id) => !before.has(id))) ended.value += 1;
  }

  usePolling(reload, POLL_MS, () => active.value.length > 0);
  return { tasks, active, ended, reload };
}
