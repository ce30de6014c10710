import { onMounted, onUnmounted, ref } from "vue";

import { deedOf, type Deed } from "./keys";

/** Where keys belong to what has the focus. */
const BUSY = "input, textarea, [role='dialog'], [role='menu'], [role='combobox'], [role='listbox']";
const PRESSED = "button, a";

/** Hears the keys of the page before the stage, whose arrows would pan. While Space is held a drag pans. */
export function useLabelKeys(hasChosen: () => boolean, act: (deed: Deed) => void) {
  const isPanning = ref(false);

  function onKey(event: KeyboardEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(BUSY)) return;
    const isPress = target?.closest(PRESSED) && (event.key === "Enter" || event.key === " ");
    if (isPress) return;
    if (event.key === " ") {
      event.preventDefault();
      isPanning.value = true;
      return;
    }
    const deed = deedOf(event, hasChosen());
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat && deed.does !== "move" && deed.does !== "resize" && deed.does !== "next" && deed.does !== "previous") return;
    act(deed);
  }

  function onUp(event: KeyboardEvent): void {
    if (event.key === " ") isPanning.value = false;
  }
  const onBlur = (): void => void (isPanning.value = false);

  onMounted(() => {
    window.addEventListener("keydown", onKey, { capture: true });
    window.addEventListener("keyup", onUp);
    window.addEventListener("blur", onBlur);
  });
  onUnmounted(() => {
    window.removeEventListener("keydown", onKey, { capture: true });
    window.removeEventListener("keyup", onUp);
    window.removeEventListener("blur", onBlur);
  });
  return { isPanning };
}
