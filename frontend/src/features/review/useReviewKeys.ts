import { onMounted, onUnmounted, type Ref } from "vue";

import { deedOf, type ReviewDeed } from "./review";

/** Where these keys are typed, or do something of their own. */
const TYPING = "input, textarea, select, video, [role='combobox'], [role='option'], [role='tab']";
const PRESSED = "button, a, summary";

/**
 * Review by keyboard while the focus is within `root`, or everywhere while `isEverywhere`. It listens
 * before the player does, so that a key never does two things.
 */
export function useReviewKeys(
  root: Ref<HTMLElement | undefined>,
  isEverywhere: () => boolean,
  deeds: Record<ReviewDeed, () => boolean | void>,
): void {
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    if (!isEverywhere() && !(target && root.value?.contains(target))) return;
    if (target?.closest(TYPING) || (event.key === " " && target?.closest(PRESSED))) return;
    const deed = deedOf(event.key);
    if (!deed || deeds[deed]() === false) return;
    event.preventDefault();
    event.stopPropagation();
  }

  onMounted(() => window.addEventListener("keydown", onKey, true));
  onUnmounted(() => window.removeEventListener("keydown", onKey, true));
}
