import { computed, onUnmounted, ref, shallowRef, watch, type Ref } from "vue";

import { fitted, holds, isWhole, panned, revealing, secondsAt, spanOf, whole, zoomed, type Stretch } from "./timelineView";

const WHEEL_STEP = 0.0016;
const KEY_FACTOR = 0.6;

/** Which stretch a timeline shows, moved with wheel, two fingers and keys; and how wide it is drawn. */
export function useTimelineView(
  track: Ref<HTMLElement | undefined>,
  durationSeconds: Ref<number>,
  head: Ref<number>,
) {
  const view = shallowRef<Stretch>(whole(durationSeconds.value));
  const widthPx = ref(0);
  const isZoomed = computed(() => !isWhole(view.value, durationSeconds.value));
  const fingers = new Map<number, number>();

  watch(durationSeconds, (duration) => {
    view.value = whole(duration);
  });
  // The view goes along with the head, unless somebody looks elsewhere meanwhile.
  watch(head, (now, before) => {
    if (isZoomed.value && holds(view.value, before)) view.value = revealing(view.value, durationSeconds.value, now);
  });

  const resize = new ResizeObserver(([entry]) => {
    if (entry) widthPx.value = entry.contentRect.width;
  });
  watch(track, (element, before) => {
    if (before) resize.unobserve(before);
    if (element) resize.observe(element);
  });
  onUnmounted(() => resize.disconnect());

  /** The moment under a place on the screen. */
  function secondsUnder(clientX: number): number {
    const rect = track.value?.getBoundingClientRect();
    if (!rect || rect.width === 0) return view.value.from;
    return secondsAt(view.value, Math.min(1, Math.max(0, (clientX - rect.left) / rect.width)));
  }

  function zoom(factor: number, at = holds(view.value, head.value) ? head.value : (view.value.from + view.value.to) / 2): void {
    view.value = zoomed(view.value, durationSeconds.value, at, factor);
  }

  function show(stretch: Stretch): void {
    const margin = Math.max(1, spanOf(stretch) * 0.1);
    view.value = fitted({ from: stretch.from - margin, to: stretch.to + margin }, durationSeconds.value);
  }

  const showAll = (): void => {
    view.value = whole(durationSeconds.value);
  };

  /** Turning zooms, sideways moves. What cannot go further is left to the page. */
  function onWheel(event: WheelEvent): void {
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const before = view.value;
    if (isSideways) {
      const pixels = event.deltaX || event.deltaY;
      view.value = panned(before, durationSeconds.value, (pixels / Math.max(1, widthPx.value)) * spanOf(before));
    } else {
      zoom(Math.exp(event.deltaY * WHEEL_STEP), secondsUnder(event.clientX));
    }
    if (event.ctrlKey || view.value.from !== before.from || view.value.to !== before.to) event.preventDefault();
  }

  /** Remembers a finger; true while it is the only one. */
  function isOnlyFinger(event: PointerEvent): boolean {
    fingers.set(event.pointerId, event.clientX);
    return fingers.size === 1;
  }

  /** Two fingers hold two moments: both stay under them. True when that was done. */
  function pinch(event: PointerEvent): boolean {
    if (!fingers.has(event.pointerId) || fingers.size !== 2) return false;
    const ids = [...fingers.keys()];
    const place = (id: number): number => fingers.get(id) ?? 0;
    const other = ids.find((id) => id !== event.pointerId) ?? event.pointerId;
    const held = secondsUnder(place(other));
    const before = Math.abs(place(event.pointerId) - place(other));
    const now = Math.abs(event.clientX - place(other));
    fingers.set(event.pointerId, event.clientX);
    if (now > 1 && before > 1) zoom(before / now, held);
    return true;
  }

  const lift = (event: PointerEvent): void => void fingers.delete(event.pointerId);

  /** True when the key was one of those for the view. */
  function onKey(key: string): boolean {
    const deed = {
      "+": () => zoom(KEY_FACTOR),
      "=": () => zoom(KEY_FACTOR),
      "-": () => zoom(1 / KEY_FACTOR),
      "0": showAll,
    }[key];
    deed?.();
    return deed !== undefined;
  }

  return { view, widthPx, isZoomed, secondsUnder, zoom, show, showAll, onWheel, isOnlyFinger, pinch, lift, onKey };
}
