import { onMounted, onUnmounted } from "vue";

export interface PlayerKeys {
  toggle: () => void;
  stepFrames: (count: number) => void;
  stepSeconds: (count: number) => void;
  stepAnalysed: (direction: 1 | -1) => void;
  home: () => void;
  end: () => void;
  fullscreen: () => void;
  boxes: () => void;
  mute: () => void;
}

/** Elements that use all of these keys themselves, and those that only are pressed with them. */
const BUSY = "input, textarea, select, [role='slider'], [role='tab'], [role='dialog'], [role='menu'], [role='combobox'], [role='grid']";
const PRESSED = "button, a";

/** Space plays, arrows step a picture (with Shift a second), comma and full stop an analysed frame. */
export function usePlayerKeys(keys: PlayerKeys): void {
  function deedFor(event: KeyboardEvent): (() => void) | undefined {
    const step = event.shiftKey ? keys.stepSeconds : keys.stepFrames;
    return {
      " ": keys.toggle,
      ArrowLeft: () => step(-1),
      ArrowRight: () => step(1),
      ",": () => keys.stepAnalysed(-1),
      ".": () => keys.stepAnalysed(1),
      Home: keys.home,
      End: keys.end,
      f: keys.fullscreen,
      b: keys.boxes,
      m: keys.mute,
    }[event.key];
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(BUSY) || (event.key === " " && target?.closest(PRESSED))) return;
    const deed = deedFor(event);
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  onMounted(() => window.addEventListener("keydown", onKey));
  onUnmounted(() => window.removeEventListener("keydown", onKey));
}
