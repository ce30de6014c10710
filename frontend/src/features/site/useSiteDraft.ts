import { computed, onMounted, onUnmounted, ref, shallowRef, watch } from "vue";

import { getSite, getVersion, putSite, type SiteVersion } from "./api";
import { isSame, normalised, stripped, type SiteDocument } from "./document";
import { readDraft, writeDraft } from "./draftStorage";
import { ApiError } from "@/api/errors";
import { useSession } from "@/features/auth/session";
import { useHistory } from "@/features/canvas/history";

/**
 * The set-up of a project while somebody works on it: what the server has, what was changed and can be
 * taken back, and what happens when another person was faster. Unsaved changes of those who `mayEdit` survive a reload.
 */
export function useSiteDraft(project: number, mayEdit: () => boolean) {
  // Nobody else comes to this page without leaving it.
  const user = useSession().me?.id ?? 0;
  const base = shallowRef<SiteVersion | null>(null);
  /** A newer version than the one that the changes build on. */
  const theirs = shallowRef<SiteVersion | null>(null);
  /** A version that is looked at instead of the own work. */
  const preview = shallowRef<SiteVersion | null>(null);
  const error = shallowRef<unknown>(null);
  const note = ref("");
  const wasRestored = ref(false);
  const history = useHistory<SiteDocument>(normalised({}));

  const saved = computed(() => normalised(base.value?.site ?? {}));
  const isDirty = computed(() => base.value !== null && !isSame(stripped(history.present.value), stripped(saved.value)));
  const shown = computed(() => (preview.value ? normalised(preview.value.site) : history.present.value));

  function begin(version: SiteVersion): void {
    base.value = version;
    theirs.value = null;
    note.value = "";
    history.reset(normalised(version.site));
  }

  async function load(): Promise<void> {
    try {
      const newest = await getSite(project);
      const draft = mayEdit() ? readDraft(user, project) : null;
      error.value = null;
      if (!draft || isSame(stripped(normalised(draft.site)), stripped(normalised(newest.site)))) return begin(newest);
      const isOutdated = draft.based_on !== newest.version;
      begin(isOutdated ? await getVersion(project, draft.based_on) : newest);
      history.change((site) => void Object.assign(site, normalised(draft.site)));
      note.value = draft.note;
      theirs.value = isOutdated ? newest : null;
      wasRestored.value = true;
    } catch (caught) {
      error.value = caught;
    }
  }

  /** Saves on top of `basedOn`. False when somebody was faster: `theirs` then holds what they saved. */
  async function save(basedOn = base.value?.version ?? 0): Promise<boolean> {
    const site = stripped(history.present.value);
    try {
      const version = await putSite(project, { based_on: basedOn, site, note: note.value.trim() });
      base.value = version;
      theirs.value = null;
      preview.value = null;
      wasRestored.value = false;
      note.value = "";
      return true;
    } catch (caught) {
      if (!(caught instanceof ApiError && caught.code === "site_changed")) throw caught;
      theirs.value = await getSite(project);
      return false;
    }
  }

  /** Gives the own changes up for what the server has. */
  function discard(): void {
    const newest = theirs.value ?? base.value;
    preview.value = null;
    wasRestored.value = false;
    if (newest) begin(newest);
  }

  /** Takes an older version into the work: a change like any other. */
  function adopt(version: SiteVersion): void {
    history.change((site) => void Object.assign(site, normalised(version.site)));
    preview.value = null;
  }

  /** Shows another version instead of the own work, or the own work again. */
  function look(version: SiteVersion | null): void {
    preview.value = version;
  }

  watch([history.present, note, base], () => {
    if (!base.value || !mayEdit()) return;
    const draft = { based_on: base.value.version, site: history.present.value, note: note.value };
    writeDraft(user, project, isDirty.value ? draft : null);
  });

  const onLeave = (event: BeforeUnloadEvent): void => {
    if (isDirty.value) event.preventDefault();
  };
  onMounted(() => window.addEventListener("beforeunload", onLeave));
  onUnmounted(() => window.removeEventListener("beforeunload", onLeave));

  return { base, theirs, preview, error, note, wasRestored, history, saved, shown, isDirty, load, save, discard, adopt, look };
}

export type SiteDraft = ReturnType<typeof useSiteDraft>;
