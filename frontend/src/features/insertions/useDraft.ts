import { ElMessage } from "element-plus";
import { computed, inject, provide, shallowRef, type ComputedRef, type InjectionKey, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";

import { addInsertion, changeInsertion } from "./api";
import { draftOf, lacksOf, newDraft, withEnd, withPlace, withStart, type Draft, type Lack } from "./draft";
import { rememberReason } from "./reasons";
import type { Insertion } from "@/features/inspection/types";
import type { InspectionStore } from "@/features/inspection/useInspection";
import type { Selection } from "@/features/player/selection";

export interface DraftStore {
  draft: ShallowRef<Draft | null>;
  lacks: ComputedRef<Lack[]>;
  markStart: () => void;
  markEnd: () => void;
  markPlace: (u: number, v: number) => void;
  /** Begins with a new insertion at the play head. */
  begin: () => void;
  /** Begins with one that is there, perhaps with other times. */
  correct: (insertion: Insertion, times?: { start: number; end: number }) => void;
  discard: () => void;
  save: (reason: string) => Promise<void>;
}

const KEY: InjectionKey<DraftStore> = Symbol("insertion draft");

/** The one insertion that is put in or corrected by hand: in the player, on the timeline and in the list. */
export function provideDraft(project: number, selection: Selection, { refresh }: InspectionStore): DraftStore {
  const { t } = useI18n();
  const draft = shallowRef<Draft | null>(null);
  const lacks = computed(() => (draft.value ? lacksOf(draft.value) : []));

  /** The draft for the shown video; one about another video has to be ended first. */
  function current(): Draft | null {
    const video = selection.videoId.value;
    if (video === null) return null;
    if (draft.value && draft.value.video !== video) {
      ElMessage.warning(t("insertions.draft_elsewhere"));
      return null;
    }
    return draft.value ?? newDraft(video);
  }

  function change(deed: (draft: Draft) => Draft): void {
    const before = current();
    if (before) draft.value = deed(before);
  }

  const store: DraftStore = {
    draft,
    lacks,
    markStart: () => change((one) => withStart(one, selection.seconds.value)),
    markEnd: () => change((one) => withEnd(one, selection.seconds.value)),
    markPlace: (u, v) => change((one) => withPlace(one, u, v)),
    begin: () => {
      draft.value = null;
      store.markStart();
    },
    correct(insertion, times) {
      const begun = draft.value?.insertion?.id === insertion.id ? draft.value : draftOf(insertion);
      draft.value = times ? { ...begun, start_s: times.start, end_s: times.end } : begun;
    },
    discard() {
      draft.value = null;
    },
    async save(reason) {
      const done = draft.value;
      if (!done) return;
      if (done.insertion) await changeInsertion(project, done.insertion.id, done, reason);
      else await addInsertion(project, done, reason);
      rememberReason(reason);
      if (draft.value === done) draft.value = null;
      await refresh();
    },
  };
  provide(KEY, store);
  return store;
}

export function useDraft(): DraftStore {
  const store = inject(KEY);
  if (!store) throw new Error("no draft was provided above this component");
  return store;
}
