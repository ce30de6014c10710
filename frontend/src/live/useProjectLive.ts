import { computed, onMounted, onUnmounted, ref, shallowRef } from "vue";

import type { ClosedReason, LiveEvent } from "./events";
import { withChange, withProgress, withSnapshot, type LiveState } from "./reduce";
import { LiveStream, type Connection } from "./stream";
import { api, body } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { Project } from "@/api/types";

const POLL_MS = 3_000;
/** A cut that heals itself within this is not worth telling. */
const PATIENCE_MS = 1_500;
/** A hidden page gives its connection back: browsers allow only a few to one server. */
const HIDDEN_MS = 30_000;

/**
 * A project and what goes on in it: from the event stream, and by asking every few seconds while the
 * stream cannot be had.
 */
export function useProjectLive(id: number) {
  const project = shallowRef<Project | null>(null);
  const live = shallowRef<LiveState | null>(null);
  const error = shallowRef<unknown>(null);
  const connection = ref<Connection>("connecting");
  const isPolling = ref(false);
  const closed = ref<ClosedReason | null>(null);
  /** Grows whenever the inspection or one of its findings may have changed. */
  const inspectionPulse = ref(0);

  let pollTimer: ReturnType<typeof setTimeout> | undefined;
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined;

  async function refresh(): Promise<void> {
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
    } catch (caught) {
      error.value = caught;
      if (caught instanceof ApiError && caught.status === 404) stop();
    }
  }

  function onEvent(event: LiveEvent): void {
    if (event.type === "closed") {
      closed.value = event.data.reason;
      return stop();
    }
    const state = live.value;
    if (!state) return;
    const isInspection = event.type === "finding" || (event.type === "state" && "inspection" in event.data);
    if (isInspection || event.type === "snapshot") inspectionPulse.value += 1;
    if (event.type === "snapshot") live.value = withSnapshot(state, event.data);
    else if (event.type === "progress") live.value = withProgress(state, event.data);
    else if (event.type === "state" && !("inspection" in event.data)) live.value = withChange(state, event.data);
  }

  function onConnection(now: Connection): void {
    // Each new try of the browser that fails says so again; the polling of the first goes on.
    if (now === "lost" && connection.value === "lost") return;
    connection.value = now;
    clearTimeout(pollTimer);
    isPolling.value = false;
    if (now === "lost") pollTimer = setTimeout(() => void poll(), PATIENCE_MS);
  }

  async function poll(): Promise<void> {
    isPolling.value = true;
    if (!document.hidden) await refresh();
    if (connection.value === "lost") pollTimer = setTimeout(() => void poll(), POLL_MS);
  }

  const stream = new LiveStream({ url: `/api/v1/projects/${id}/events/`, onEvent, onConnection });

  function stop(): void {
    clearTimeout(pollTimer);
    clearTimeout(hiddenTimer);
    stream.stop();
  }

  function onVisibility(): void {
    clearTimeout(hiddenTimer);
    if (closed.value) return;
    if (document.hidden) hiddenTimer = setTimeout(() => stream.stop(), HIDDEN_MS);
    else stream.start();
  }

  async function load(): Promise<void> {
    await refresh();
    if (project.value) stream.start();
  }

  onMounted(() => {
    document.addEventListener("visibilitychange", onVisibility);
    void load();
  });
  onUnmounted(() => {
    document.removeEventListener("visibilitychange", onVisibility);
    stop();
  });

  return {
    project,
    live,
    error,
    connection: computed(() => (isPolling.value ? "polling" : connection.value)),
    closed,
    inspectionPulse,
    load,
    refresh,
  };
}

export type ProjectLive = ReturnType<typeof useProjectLive>;
