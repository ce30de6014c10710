import { onMounted, onUnmounted } from "vue";

import type { DraftStore } from "./useDraft";

/** Where letters are typed, or mean something else. The timeline and the lists use none of these keys. */
const TYPING = "input, textarea, select, [role='dialog'], [role='menu'], [role='combobox']";

/** `i` marks where an insertion begins at the play head, `o` where it ends; Escape lets go of it. */
export function useInsertionKeys(store: DraftStore, mayEdit: () => boolean): void {
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !mayEdit()) return;
    if (event.target instanceof Element && event.target.closest(TYPING)) return;
    if (event.key === "i") store.markStart();
    else if (event.key === "o") store.markEnd();
    else if (event.key === "Escape" && store.draft.value) store.discard();
    else return;
    event.preventDefault();
  }

  onMounted(() => window.addEventListener("keydown", onKey));
  onUnmounted(() => window.removeEventListener("keydown", onKey));
}
