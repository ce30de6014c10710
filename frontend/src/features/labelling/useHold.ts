import { shallowRef, watch, type ShallowRef } from "vue";

import type { PersonBrief } from "@/api/types";
import { useSession } from "@/features/auth/session";
import { hold } from "@/features/datasets/api";
import type { DatasetImage } from "@/features/datasets/types";
import { usePolling } from "@/ui/usePolling";

/** A hold is believed for a minute. */
const HOLD_MS = 30_000;

/** Says that one is at work on the picture, and hears who else is and what became of it meanwhile. */
export function useHold(dataset: number, image: ShallowRef<DatasetImage | null>, hear: (fresh: DatasetImage) => void) {
  const session = useSession();
  const other = shallowRef<PersonBrief | null>(null);

  async function tell(): Promise<void> {
    const id = image.value?.id;
    if (id === undefined) return;
    try {
      const fresh = await hold(dataset, id);
      if (image.value?.id !== id) return;
      other.value = fresh.held_by && fresh.held_by.id !== session.me?.id ? fresh.held_by : null;
      hear(fresh);
    } catch {
      // Only a courtesy: saving tells what is wrong.
    }
  }

  watch(
    () => image.value?.id,
    () => {
      other.value = null;
      void tell();
    },
    { immediate: true },
  );
  usePolling(tell, HOLD_MS);
  return { other };
}
