import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

export interface Load<T> {
  data: ShallowRef<T | null>;
  error: ShallowRef<unknown>;
  isLoading: Ref<boolean>;
  reload: () => Promise<void>;
}

/** Something fetched: its value, what went wrong, and a way to ask again. The last call wins. */
export function useLoad<T>(fetcher: () => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null);
  const error = shallowRef<unknown>(null);
  const isLoading = ref(false);
  let calls = 0;

  async function reload(): Promise<void> {
    const call = ++calls;
    isLoading.value = true;
    try {
      const value = await fetcher();
      if (call !== calls) return;
      data.value = value;
      error.value = null;
    } catch (caught) {
      if (call === calls) error.value = caught;
    } finally {
      if (call === calls) isLoading.value = false;
    }
  }

  return { data, error, isLoading, reload };
}
