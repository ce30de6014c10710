import { computed, onMounted, onUnmounted, ref, shallowRef, watch } from "vue";

import { areSameBoxes } from "./boxes";
import { readDraft, writeDraft } from "./drafts";
import { ApiError } from "@/api/errors";
import { useSession } from "@/features/auth/session";
import { useHistory } from "@/features/canvas/history";
import { getImage, getNeighbours, putLabels } from "@/features/datasets/api";
import type { ImageFilter } from "@/features/datasets/imageFilter";
import type { DatasetImage, ImageState, LabelBox, Neighbours } from "@/features/datasets/types";

type SavedState = Exclude<ImageState, "prelabelled">;

/**
 * A picture while somebody draws on it: what the server has, what was changed and can be taken back, and
 * what happens when another person was faster. Unsaved boxes survive a reload.
 */
export function useLabelling(dataset: number, filter: () => ImageFilter) {
  // Nobody else comes to this page without leaving it.
  const user = useSession().me?.id ?? 0;
  /** As the server has it. */
  const image = shallowRef<DatasetImage | null>(null);
  const around = shallowRef<Neighbours | null>(null);
  /** What another person saved after the own boxes were begun: one of the two has to be chosen. */
  const theirs = shallowRef<DatasetImage | null>(null);
  const error = shallowRef<unknown>(null);
  const wasRestored = ref(false);
  const isKept = ref(true);
  const isSaving = ref(false);
  const history = useHistory<LabelBox[]>([]);
  const boxes = history.present;
  const isDirty = computed(() => image.value !== null && !areSameBoxes(boxes.value, image.value.boxes));
  let basedOn = 0;
  let wished: SavedState = "labelled";
  let calls = 0;

  function begin(fresh: DatasetImage): void {
    image.value = fresh;
    basedOn = fresh.revision;
    theirs.value = null;
    wasRestored.value = false;
    wished = "labelled";
    history.reset(fresh.boxes);
  }

  async function open(id: number): Promise<void> {
    const call = ++calls;
    try {
      const [fresh, neighbours] = await Promise.all([getImage(dataset, id), getNeighbours(dataset, id, filter())]);
      if (call !== calls) return;
      error.value = null;
      around.value = neighbours;
      begin(fresh);
      restore(fresh);
    } catch (caught) {
      if (call === calls) error.value = caught;
    }
  }

  function restore(fresh: DatasetImage): void {
    const draft = readDraft(user, fresh.id);
    if (!draft || areSameBoxes(draft.boxes, fresh.boxes)) return;
    history.change((present) => void present.splice(0, present.length, ...draft.boxes));
    wasRestored.value = true;
    if (draft.revision !== fresh.revision) {
      basedOn = draft.revision;
      theirs.value = fresh;
    }
  }

  async function put(revision: number, state: SavedState): Promise<boolean> {
    const id = image.value?.id;
    if (id === undefined || isSaving.value) return false;
    isSaving.value = true;
    wished = state;
    try {
      for (;;) {
        const sent = boxes.value;
        const saved = await putLabels(dataset, id, { revision, boxes: sent, state });
        if (image.value?.id !== id) {
          keepRest(saved, sent);
          return true;
        }
        image.value = saved;
        revision = basedOn = saved.revision;
        theirs.value = null;
        wasRestored.value = false;
        // What was drawn while this was on its way is saved too.
        if (areSameBoxes(sent, boxes.value)) return true;
      }
    } catch (caught) {
      if (!(caught instanceof ApiError && caught.code === "image_changed")) throw caught;
      const fresh = await getImage(dataset, id);
      if (image.value?.id === id) image.value = theirs.value = fresh;
      return false;
    } finally {
      isSaving.value = false;
    }
  }

  /** Of a picture that was left while it was saved: what had been drawn after that waits in its draft. */
  function keepRest(saved: DatasetImage, sent: LabelBox[]): void {
    const draft = readDraft(user, saved.id);
    const isSaved = !draft || areSameBoxes(draft.boxes, sent);
    writeDraft(user, saved.id, isSaved ? null : { revision: saved.revision, boxes: draft.boxes });
  }

  /** What was heard of the picture meanwhile: taken when nothing is lost by it, else a matter of choice. */
  function hear(fresh: DatasetImage): void {
    if (isSaving.value || theirs.value || fresh.id !== image.value?.id || fresh.revision <= basedOn) return;
    if (!isDirty.value) begin(fresh);
    else image.value = theirs.value = fresh;
  }

  watch([boxes, image], () => {
    if (!image.value) return;
    isKept.value = writeDraft(user, image.value.id, isDirty.value ? { revision: basedOn, boxes: boxes.value } : null);
  });

  // What the browser keeps itself need not be asked about.
  const onLeave = (event: BeforeUnloadEvent): void => {
    if (isDirty.value && !isKept.value) event.preventDefault();
  };
  onMounted(() => window.addEventListener("beforeunload", onLeave));
  onUnmounted(() => {
    window.removeEventListener("beforeunload", onLeave);
    // Left, too, for a save that is on its way.
    image.value = null;
  });

  return {
    image, around, theirs, error, wasRestored, isSaving, isDirty, history, boxes, open, hear,
    /** False when somebody was faster: `theirs` then holds what they saved. */
    save: (state: SavedState) => (theirs.value ? Promise.resolve(false) : put(basedOn, state)),
    saveMine: () => put(theirs.value?.revision ?? basedOn, wished),
    takeTheirs: () => theirs.value && begin(theirs.value),
    discard: () => image.value && begin(image.value),
    /** The neighbours have changed: pictures between were filled, or this one was saved. */
    refresh: async () => {
      const id = image.value?.id;
      if (id === undefined) return;
      const fresh = await getNeighbours(dataset, id, filter());
      if (image.value?.id === id) around.value = fresh;
    },
  };
}

export type Labelling = ReturnType<typeof useLabelling>;
