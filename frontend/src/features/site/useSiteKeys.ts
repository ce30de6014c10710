import { onMounted, onUnmounted } from "vue";

import type { SiteDraft } from "./useSiteDraft";
import type { SiteEditor } from "./useSiteEditor";

const TYPING = "input, textarea, [role='dialog']";

/** Ctrl+Z and Ctrl+Y outside of fields, which take back their own typing; Escape puts the tool away. */
export function useSiteKeys(editor: SiteEditor, draft: SiteDraft): void {
  function onKey(event: KeyboardEvent): void {
    const isTyping = event.target instanceof Element && event.target.closest(TYPING) !== null;
    if (event.key === "Escape") {
      editor.use({ does: "nothing" });
      return;
    }
    if (isTyping || editor.isReadOnly.value || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) draft.history.redo();
    else editor.undo();
  }

  onMounted(() => window.addEventListener("keydown", onKey));
  onUnmounted(() => window.removeEventListener("keydown", onKey));
}
