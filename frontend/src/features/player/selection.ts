import { inject, provide, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from "vue";

/** The one moment, and the one thing, that picture, timeline, plan and lists show together. */
export interface Selection {
  videoId: Ref<number | null>;
  runId: Ref<number | null>;
  /** Where the picture is, in seconds on the video's clock. */
  seconds: Ref<number>;
  /** Where somebody asked the picture to go; a new object for each wish. */
  wish: ShallowRef<{ seconds: number } | null>;
  isFollowing: Ref<boolean>;
  /** The insertion and the finding that picture, timeline, plan and lists point at. */
  insertionId: Ref<number | null>;
  findingId: Ref<number | null>;
  seek: (seconds: number, videoId?: number) => void;
}

const KEY: InjectionKey<Selection> = Symbol("selection");

export function provideSelection(): Selection {
  const selection: Selection = {
    videoId: ref(null),
    runId: ref(null),
    seconds: ref(0),
    wish: shallowRef(null),
    isFollowing: ref(false),
    insertionId: ref(null),
    findingId: ref(null),
    seek(seconds, videoId) {
      selection.isFollowing.value = false;
      if (videoId !== undefined) selection.videoId.value = videoId;
      selection.seconds.value = seconds;
      selection.wish.value = { seconds };
    },
  };
  provide(KEY, selection);
  return selection;
}

export function useSelection(): Selection {
  const selection = inject(KEY);
  if (!selection) throw new Error("no selection was provided above this component");
  return selection;
}
