import { inject, onUnmounted, provide, shallowRef, watch, type InjectionKey, type Ref, type ShallowRef } from "vue";

import { getInspection, listFindings, listInsertions } from "./api";
import type { Finding, Inspection, Insertion } from "./types";
import { usePolling } from "@/ui/usePolling";

/** Events come in bursts while segments are completed; the lists are asked for at most so often. */
const PAUSE_MS = 1_500;
/** An event is a hint and may be missed: while something is computed, the page also asks. */
const POLL_MS = 4_000;

/** The inspection of the shown project: one copy for plan, timeline and lists. */
export interface InspectionStore {
  inspection: ShallowRef<Inspection | null>;
  insertions: ShallowRef<Insertion[]>;
  findings: ShallowRef<Finding[]>;
  error: ShallowRef<unknown>;
  refresh: () => Promise<void>;
}

const KEY: InjectionKey<InspectionStore> = Symbol("inspection");

/** Loads the inspection, and again whenever `pulse` (of `useProjectLive`) says that it changed. */
export function provideInspection(project: number, pulse: Ref<number>): InspectionStore {
  const inspection = shallowRef<Inspection | null>(null);
  const insertions = shallowRef<Insertion[]>([]);
  const findings = shallowRef<Finding[]>([]);
  const error = shallowRef<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let calls = 0;

  async function refresh(): Promise<void> {
    const call = ++calls;
    try {
      const [facts, stays, broken] = await Promise.all([
        getInspection(project),
        listInsertions(project),
        listFindings(project),
      ]);
      if (call !== calls) return;
      inspection.value = facts;
      insertions.value = stays;
      findings.value = broken;
      error.value = null;
    } catch (caught) {
      if (call === calls) error.value = caught;
    }
  }

  watch(pulse, () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void refresh();
    }, PAUSE_MS);
  });
  onUnmounted(() => clearTimeout(timer));
  usePolling(refresh, POLL_MS, () => inspection.value?.is_stale ?? false);
  void refresh();

  const store = { inspection, insertions, findings, error, refresh };
  provide(KEY, store);
  return store;
}

export function useInspection(): InspectionStore {
  const store = inject(KEY);
  if (!store) throw new Error("no inspection was provided above this component");
  return store;
}
