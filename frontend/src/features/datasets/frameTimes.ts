/** Seconds that somebody typed, such as "12.4 30, 95"; null when one is no time within the video. */
export function timesOf(text: string, durationSeconds: number): number[] | null {
  const parts = text.split(/[\s,;，；、]+/).filter(Boolean);
  const times = parts.map(Number);
  const isWithin = (seconds: number): boolean => Number.isFinite(seconds) && seconds >= 0 && seconds <= durationSeconds;
  return times.length > 0 && times.every(isWithin) ? times : null;
}

/** How many frames one every so many seconds makes, from the first one on. */
export const framesEvery = (everySeconds: number, durationSeconds: number): number =>
  Math.floor(durationSeconds / everySeconds) + 1;
