import { onUnmounted, ref, shallowRef, watch, type Ref } from "vue";

import { checkCalibration, type CheckedCalibration } from "./api";
import type { Calibration } from "./document";

const PAUSE_MS = 250;
/** Fewer points fix no plane: the server need not be asked. */
export const FEWEST_POINTS = 4;

/** What the points say about themselves, asked anew while somebody clicks and types. */
export function useCalibrationCheck(calibration: Ref<Calibration | null>, radiusM: Ref<number | null>) {
  const checked = shallowRef<CheckedCalibration | null>(null);
  const refusal = shallowRef<unknown>(null);
  /** What is shown belongs to points that have changed since. */
  const isStale = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let call = new AbortController();

  async function ask(about: Calibration): Promise<void> {
    const own = (call = new AbortController());
    try {
      checked.value = await checkCalibration(about, radiusM.value, own.signal);
      refusal.value = null;
    } catch (caught) {
      if (own.signal.aborted) return;
      checked.value = null;
      refusal.value = caught;
    }
    isStale.value = false;
  }

  watch(
    [() => JSON.stringify(calibration.value), radiusM],
    (_now, before) => {
      clearTimeout(timer);
      call.abort();
      const about = calibration.value;
      if (!about || about.points.length < FEWEST_POINTS) {
        checked.value = null;
        refusal.value = null;
        isStale.value = false;
        return;
      }
      isStale.value = true;
      // The first look: at once; while somebody types: after a breath.
      timer = setTimeout(() => void ask(about), before[0] === undefined ? 0 : PAUSE_MS);
    },
    { immediate: true },
  );
  onUnmounted(() => {
    clearTimeout(timer);
    call.abort();
  });

  return { checked, refusal, isStale };
}

export type CalibrationCheck = ReturnType<typeof useCalibrationCheck>;
