import { watch, type Ref } from "vue";

/**
 * Calls back with the presentation time of each picture that the video element really shows. Where
 * the browser cannot tell (no requestVideoFrameCallback), the element's own clock must do.
 */
export function usePictureTime(video: Ref<HTMLVideoElement | undefined>, show: (seconds: number) => void): void {
  function byPicture(element: HTMLVideoElement): () => void {
    let handle = 0;
    const next = (): void => {
      handle = element.requestVideoFrameCallback((_now, picture) => {
        show(picture.mediaTime);
        next();
      });
    };
    next();
    return () => element.cancelVideoFrameCallback(handle);
  }

  function byClock(element: HTMLVideoElement): () => void {
    let handle = 0;
    const next = (): void => {
      show(element.currentTime);
      handle = requestAnimationFrame(next);
    };
    next();
    return () => cancelAnimationFrame(handle);
  }

  watch(video, (element, _before, onCleanup) => {
    if (!element) return;
    const hasCallback = "requestVideoFrameCallback" in element;
    onCleanup(hasCallback ? byPicture(element) : byClock(element));
  });
}
