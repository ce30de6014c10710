import { onMounted, onUnmounted } from "vue";

/** Calls `tick` every `milliseconds` while `isWanted()` and the page is visible; never twice at once. */
export function usePolling(
  tick: () => Promise<void>,
  milliseconds: number,
  isWanted: () => boolean = () => true,
): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  let isBusy = false;

  async function run(): Promise<void> {
    if (isBusy || document.hidden || !isWanted()) return;
    isBusy = true;
    try {
      await tick();
    } finally {
      isBusy = false;
    }
  }

  const onVisible = (): void => void run();

  onMounted(() => {
    timer = setInterval(() => void run(), milliseconds);
    document.addEventListener("visibilitychange", onVisible);
  });
  onUnmounted(() => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", onVisible);
  });
}
