import { shallowRef, watch, type Ref } from "vue";

import { listTracks } from "./api";
import type { Inspection, TrackSpan } from "./types";

/** When people and pokers were in sight of the shown video; asked for again when it is computed anew. */
export function useTracks(inspection: Ref<Inspection | null>, video: Ref<number | null>) {
  const tracks = shallowRef<TrackSpan[]>([]);
  let calls = 0;

  watch(
    [video, () => inspection.value?.computed_at],
    async ([id], before) => {
      if (id !== before[0]) tracks.value = [];
      const call = ++calls;
      if (id === null || !inspection.value?.computed_at) return;
      try {
        const found = await listTracks(id);
        if (call === calls) tracks.value = found;
      } catch {
        // The next computation asks again; what is shown stays.
      }
    },
    { immediate: true },
  );
  return tracks;
}
