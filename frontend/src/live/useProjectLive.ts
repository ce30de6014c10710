import { onMounted, ref, shallowRef } from "vue";

import type { ClosedReason, LiveEvent } from "./events";
import { withChange, withProgress, withSnapshot, type LiveState } from "./reduce";
import { useStream } from "./useStream";
import { api, body } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { Project } from "@/api/types";

/**
 * A project and what goes on in it: from the event stream, and by asking every few seconds while the
 * stream cannot be had.
 */
export function useProjectLive(id: number) {
  const project = shallowRef<Project | null>(null);
  const live = shallowRef<LiveState | null>(null);
  const error = shallowRef<unknown>(null);
  const closed = ref<ClosedReason | null>(null);
  /** Grows whenever the inspection or one of its findings may have changed. */
  const inspectionPulse = ref(0);
  /** Counts the changes that the stream told of. */
  let changes = 0;

  async function refresh(): Promise<void> {
    const known = changes;
    try {
      const fresh = await body(api.GET("/api/v1/projects/{id}/", { params: { path: { id } } }));
      project.value = fresh;
      error.value = null;
      const snapshot = { project: fresh, run: fresh.latest_run, videos: fresh.videos };
      live.value = withSnapshot(
        live.value ?? { status: fresh.status, run: null, videos: [], latest: null },
        snapshot,
      );
      inspectionPulse.value += 1;
      // What was told while the answer was under way may be newer than the answer.
      if (changes !== known) await refresh();
    } catch (caught) {
      error.value = caught;
      if (caught instanceof ApiError && caught.status === 404) stream.stop();
    }
  }

  function onEvent(event: LiveEvent): void {
    if (event.type === "closed") {
      closed.value = event.data.reason;
      return;
    }
    const state = live.value;
    if (!state) return;
    const isInspection = event.type === "finding" || (event.type === "state" && "inspection" in event.data);
    if (isInspection || event.type === "snapshot") inspectionPulse.value += 1;
    if (event.type === "snapshot") live.value = withSnapshot(state, event.data);
    else if (event.type === "progress") live.value = withProgress(state, event.data);
    else if (event.type === "state" && !("inspection" in event.data)) {
      changes += 1;
      live.value = withChange(state, event.data);
    }
  }

  const stream = useStream<LiveEvent>({ url: `/api/v1/projects/${id}/events/`, onEvent, refresh });

  async function load(): Promise<void> {
    await refresh();
    if (project.value) stream.start();
  }

  onMounted(() => void load());

  return {
    project,
    live,
    error,
    connection: stream.connection,
    closed,
    inspectionPulse,
    load,
    refresh,
  };
}

export type ProjectLive = ReturnType<typeof useProjectLive>;
