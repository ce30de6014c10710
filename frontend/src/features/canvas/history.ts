import { computed, shallowRef, type ComputedRef } from "vue";

/** More steps than anybody takes back; each holds a document of a few kilobytes. */
const MOST_STEPS = 200;

interface Steps<T> {
  past: T[];
  present: T;
  future: T[];
  /** Changes with the same key are one step, such as those of one drag. */
  key: string | null;
}

export interface History<T> {
  present: ComputedRef<T>;
  canUndo: ComputedRef<boolean>;
  canRedo: ComputedRef<boolean>;
  /** Changes a copy. Steps in a row with the same key are taken back at once. */
  change: (recipe: (draft: T) => void, key?: string) => void;
  undo: () => void;
  redo: () => void;
  /** Begins anew: nothing can be taken back. */
  reset: (document: T) => void;
}

export function useHistory<T>(document: T): History<T> {
  const steps = shallowRef<Steps<T>>({ past: [], present: document, future: [], key: null });

  function change(recipe: (draft: T) => void, key: string | null = null): void {
    const { past, present, key: before } = steps.value;
    const draft = structuredClone(present);
    recipe(draft);
    if (JSON.stringify(draft) === JSON.stringify(present)) return;
    const isSameStep = key !== null && key === before;
    steps.value = {
      past: isSameStep ? past : [...past, present].slice(-MOST_STEPS),
      present: draft,
      future: [],
      key,
    };
  }

  function undo(): void {
    const { past, present, future } = steps.value;
    const last = past.at(-1);
    if (last === undefined) return;
    steps.value = { past: past.slice(0, -1), present: last, future: [present, ...future], key: null };
  }

  function redo(): void {
    const { past, present, future } = steps.value;
    const next = future[0];
    if (next === undefined) return;
    steps.value = { past: [...past, present], present: next, future: future.slice(1), key: null };
  }

  return {
    present: computed(() => steps.value.present),
    canUndo: computed(() => steps.value.past.length > 0),
    canRedo: computed(() => steps.value.future.length > 0),
    change,
    undo,
    redo,
    reset: (fresh) => {
      steps.value = { past: [], present: fresh, future: [], key: null };
    },
  };
}
