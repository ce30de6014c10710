import { computed, watch } from "vue";

import { nameBefore } from "./promotions";
import type { Detector, Evaluation, EvaluationSet } from "./types";
import { api, body } from "@/api/client";
import { isActive } from "@/ui/tones";
import { useLoad } from "@/ui/useLoad";
import { usePolling } from "@/ui/usePolling";

const POLL_MS = 1_500;

/** What is known of how good a detector is, and of what it would have to be to become the active one. */
export function useJudging(detector: () => Detector) {
  const sets = useLoad(() => body(api.GET("/api/v1/detectors/sets/", { params: { query: { page_size: 200 } } })));
  const rival = useLoad(() =>
    body(api.GET("/api/v1/detectors/", { params: { query: { purpose: detector().purpose, state: "active" } } })),
  );
  const promotions = useLoad(() =>
    body(api.GET("/api/v1/detectors/promotions/", { params: { query: { purpose: detector().purpose, page_size: 200 } } })),
  );
  const evaluations = useLoad(async () => {
    const ids = [...new Set([detector().id, ...(rival.data.value?.results ?? []).map((one) => one.id)])];
    const pages = await Promise.all(
      ids.map((id) => body(api.GET("/api/v1/detectors/evaluations/", { params: { query: { detector: id, page_size: 200 } } }))),
    );
    return pages.flatMap((page) => page.results);
  });

  const all = computed<Evaluation[]>(() => evaluations.data.value ?? []);
  const active = computed<Detector | null>(() => rival.data.value?.results[0] ?? null);
  const gate = computed<EvaluationSet | null>(
    () => (sets.data.value?.results ?? []).find((one) => one.is_gate && one.purpose === detector().purpose) ?? null,
  );
  /** The newest one on the gate set that still says what the detector would do today. */
  const onGate = (id: number | undefined): Evaluation | null =>
    all.value.find(
      (one) =>
        one.detector.id === id &&
        one.evaluation_set.id === gate.value?.id &&
        one.is_current &&
        one.state !== "failed" &&
        one.state !== "cancelled",
    ) ?? null;

  async function reload(): Promise<void> {
    await Promise.all([sets.reload(), rival.reload(), promotions.reload()]);
    await evaluations.reload();
  }

  watch(() => [detector().id, detector().state, detector().purpose, detector().digest, detector().nms_iou, JSON.stringify(detector().label_map)], () => void reload(), {
    immediate: true,
  });
  usePolling(evaluations.reload, POLL_MS, () => all.value.some((one) => isActive(one.state)));

  return {
    reload,
    active,
    gate,
    error: computed(() => sets.error.value ?? rival.error.value ?? promotions.error.value ?? evaluations.error.value),
    isReady: computed(() => evaluations.data.value !== null),
    sets: computed(() => (sets.data.value?.results ?? []).filter((one) => one.digest !== "")),
    own: computed(() => all.value.filter((one) => one.detector.id === detector().id)),
    all,
    /** Whose place it took, if that one is still there: it can be put back. */
    before: computed(() => nameBefore(promotions.data.value?.results ?? [], detector().id)),
    mine: computed(() => onGate(detector().id)),
    theirs: computed(() => onGate(active.value?.id)),
  };
}
