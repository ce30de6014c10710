import { onMounted, ref, shallowRef } from "vue";

import { hasGap, mergedPoints } from "./curves";
import type { Training, TrainingEvent, TrainingPoint, TrainingProgress } from "./types";
import { api, body } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useStream } from "@/live/useStream";
import { isActive } from "@/ui/tones";

/** The server gives no more points at once. */
const PAGE = 5_000;

/** What is told of a training that goes on; once it has ended, a late one changes nothing. */
export function withProgress(training: Training, progress: TrainingProgress): Training {
  if (training.state !== "running") return training;
  const { phase, epoch, seconds_left } = progress;
  return { ...training, phase, epoch, seconds_left, progress: progress.progress };
}

/** What was asked for before the end, and came after it, is old; a resumed training is another attempt. */
export function newest(known: Training | null, fresh: Training): Training {
  const isOld = known !== null && known.attempt === fresh.attempt && !isActive(known.state) && isActive(fresh.state);
  return isOld ? known : fresh;
}

/** A training with the points of its curves, followed live. */
export function useTraining(id: number) {
  const training = shallowRef<Training | null>(null);
  const points = shallowRef<TrainingPoint[]>([]);
  const error = shallowRef<unknown>(null);
  const isDeleted = ref(false);

  async function refresh(): Promise<void> {
    try {
      let fresh: TrainingPoint[];
      do {
        const after = points.value.at(-1)?.n ?? 0;
        const { points: page, ...facts } = await body(api.GET("/api/v1/trainings/{id}/", { params: { path: { id }, query: { after } } }));
        training.value = newest(training.value, facts);
        fresh = page;
        points.value = mergedPoints(points.value, fresh);
      } while (fresh.length >= PAGE);
      error.value = null;
    } catch (caught) {
      error.value = caught;
      if (caught instanceof ApiError && caught.status === 404) stream.stop();
    }
  }

  function onEvent(event: TrainingEvent): void {
    if (event.type === "closed") isDeleted.value = event.data.reason === "training_deleted";
    else if (event.type === "progress") {
      if (training.value) training.value = withProgress(training.value, event.data);
      if (hasGap(points.value, event.data.points)) void refresh();
      else points.value = mergedPoints(points.value, event.data.points);
    } else {
      training.value = newest(training.value, event.data.training);
      // A snapshot comes where something may have been missed.
      if (event.type === "snapshot") void refresh();
    }
  }

  const stream = useStream<TrainingEvent>({ url: `/api/v1/trainings/${id}/events/`, onEvent, refresh });

  onMounted(async () => {
    await refresh();
    if (training.value) stream.start();
  });
  return { training, points, error, isDeleted, refresh, connection: stream.connection };
}
