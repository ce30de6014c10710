import { computed, onMounted, onUnmounted, ref } from "vue";

import { LiveStream, type Connection, type StreamEvent } from "./stream";

const POLL_MS = 3_000;
/** A cut that heals itself within this is not worth telling. */
const PATIENCE_MS = 1_500;
/** A hidden page gives its connection back: browsers allow only a few to one server. */
const HIDDEN_MS = 30_000;

export interface StreamUse<E extends StreamEvent> {
  url: string;
  onEvent: (event: E) => void;
  /** Asked every few seconds while the stream cannot be had. */
  refresh: () => Promise<void>;
}

/** An event stream for as long as the page is open, and polling in its place while it cannot be had. */
export function useStream<E extends StreamEvent>(use: StreamUse<E>) {
  const connection = ref<Connection>("connecting");
  const isPolling = ref(false);
  let isWanted = false;
  let pollTimer: ReturnType<typeof setTimeout> | undefined;
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined;

  function onConnection(now: Connection): void {
    // Each new try of the browser that fails says so again; the polling of the first goes on.
    if (now === "lost" && connection.value === "lost") return;
    connection.value = now;
    clearTimeout(pollTimer);
    isPolling.value = false;
    if (now === "closed") isWanted = false;
    if (now === "lost") pollTimer = setTimeout(() => void poll(), PATIENCE_MS);
  }

  async function poll(): Promise<void> {
    isPolling.value = true;
    if (!document.hidden) await use.refresh();
    if (isWanted && connection.value === "lost") pollTimer = setTimeout(() => void poll(), POLL_MS);
  }

  const stream = new LiveStream<E>({ url: use.url, onEvent: use.onEvent, onConnection });

  function start(): void {
    isWanted = true;
    stream.start();
  }

  function stop(): void {
    isWanted = false;
    clearTimeout(pollTimer);
    clearTimeout(hiddenTimer);
    stream.stop();
  }

  function onVisibility(): void {
    clearTimeout(hiddenTimer);
    if (!isWanted) return;
    if (document.hidden) hiddenTimer = setTimeout(() => stream.stop(), HIDDEN_MS);
    else stream.start();
  }

  onMounted(() => document.addEventListener("visibilitychange", onVisibility));
  onUnmounted(() => {
    document.removeEventListener("visibilitychange", onVisibility);
    stop();
  });

  return { connection: computed(() => (isPolling.value ? "polling" : connection.value)), start, stop };
}
