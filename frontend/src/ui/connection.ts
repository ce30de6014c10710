import { ref } from "vue";

import { apiEvents } from "@/api/client";

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 20_000;

/** Whether the server can be reached; while it cannot, asks again with growing pauses. */
export const isReachable = ref(navigator.onLine);

let timer: ReturnType<typeof setTimeout> | undefined;

function markReachable(): void {
  isReachable.value = true;
  clearTimeout(timer);
  timer = undefined;
}

function askAgain(wait: number): void {
  timer = setTimeout(async () => {
    try {
      await fetch("/api/v1/health/live/", { cache: "no-store" });
      markReachable();
    } catch {
      askAgain(Math.min(wait * 2, LONGEST_WAIT_MS));
    }
  }, wait);
}

function markUnreachable(): void {
  isReachable.value = false;
  if (timer === undefined) askAgain(FIRST_WAIT_MS);
}

export function watchConnection(): void {
  apiEvents.unreachable = markUnreachable;
  apiEvents.reachable = () => {
    if (!isReachable.value) markReachable();
  };
  window.addEventListener("offline", markUnreachable);
  window.addEventListener("online", () => {
    clearTimeout(timer);
    askAgain(0);
  });
}
