import { computed, onMounted } from "vue";

import type { DetectorImport } from "./types";
import { api, body } from "@/api/client";
import { isActive } from "@/ui/tones";
import { useLoad } from "@/ui/useLoad";
import { usePolling } from "@/ui/usePolling";

const POLL_MS = 1_000;

/** Imports that go on, and those that were refused until somebody has read why. */
export function useImports(onRegistered: () => Promise<void>) {
  const imports = useLoad(() => body(api.GET("/api/v1/detectors/imports/")));
  const all = computed<DetectorImport[]>(() => imports.data.value?.results ?? []);
  const isGoingOn = computed(() => all.value.some((one) => isActive(one.state)));

  async function reload(): Promise<void> {
    const before = new Set(all.value.filter((one) => isActive(one.state)).map((one) => one.id));
    await imports.reload();
    if (all.value.some((one) => before.has(one.id) && one.state === "completed")) await onRegistered();
  }

  onMounted(() => void reload());
  usePolling(reload, POLL_MS, () => isGoingOn.value);
  return {
    reload,
    shown: computed(() => all.value.filter((one) => isActive(one.state) || one.state === "failed")),
  };
}
