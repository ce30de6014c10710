import { computed, onMounted, onUnmounted, ref, shallowRef, watch, type Ref } from "vue";

import type { Bounds, Point } from "@/geometry/types";
import { fitted, panned, toSheet, zoomed, type Size, type View } from "@/geometry/view";

const MARGIN_PX = 24;
/** How far one may step back from the whole. */
const FARTHEST = 0.5;

/** A view that fits its bounds until somebody zooms or pans it. */
export function useZoomView(element: Ref<Element | undefined>, bounds: Ref<Bounds>, mostScale: Ref<number>) {
  const size = shallowRef<Size>({ width: 0, height: 0 });
  const own = shallowRef<View | null>(null);
  const isTouched = ref(false);
  const whole = computed(() => fitted(bounds.value, size.value, MARGIN_PX));
  const view = computed(() => own.value ?? whole.value);
  const limits = computed(() => ({
    least: whole.value.scale * FARTHEST,
    most: Math.max(mostScale.value, whole.value.scale),
  }));
  const middle = (): Point => [size.value.width / 2, size.value.height / 2];

  function take(next: View): void {
    own.value = next;
    isTouched.value = true;
  }

  function fit(): void {
    own.value = null;
    isTouched.value = false;
  }

  const resize = new ResizeObserver(([entry]) => {
    if (entry) size.value = { width: entry.contentRect.width, height: entry.contentRect.height };
  });
  onMounted(() => element.value && resize.observe(element.value));
  onUnmounted(() => resize.disconnect());

  // What was in the middle stays there when the window changes its size.
  watch(size, (now, before) => {
    if (own.value && before.width > 0) own.value = panned(own.value, (now.width - before.width) / 2, (now.height - before.height) / 2);
  });

  return {
    size,
    view,
    isTouched,
    fit,
    zoomBy: (factor: number, anchor: Point = middle()) => take(zoomed(view.value, factor, anchor, limits.value)),
    panBy: (dx: number, dy: number) => take(panned(view.value, dx, dy)),
    middleOfSheet: () => toSheet(view.value, middle()),
  };
}
