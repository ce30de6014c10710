/** The stretch of the video that the timeline shows, in seconds. */
export interface Stretch {
  from: number;
  to: number;
}

const SHORTEST_SECONDS = 2;

export const spanOf = ({ from, to }: Stretch): number => to - from;
export const whole = (durationSeconds: number): Stretch => ({ from: 0, to: Math.max(0, durationSeconds) });
export const isWhole = (view: Stretch, durationSeconds: number): boolean => spanOf(view) >= durationSeconds;

/** Moves and shortens a stretch so that it lies within the video. */
export function fitted(view: Stretch, durationSeconds: number): Stretch {
  const shortest = Math.min(SHORTEST_SECONDS, durationSeconds);
  const span = Math.min(Math.max(spanOf(view), shortest), durationSeconds);
  const from = Math.min(Math.max(0, view.from), durationSeconds - span);
  return { from, to: from + span };
}

/** `factor` below 1 shows less and so more of it; the moment `at` stays where it is on the screen. */
export function zoomed(view: Stretch, durationSeconds: number, at: number, factor: number): Stretch {
  const shortest = Math.min(SHORTEST_SECONDS, durationSeconds);
  const span = Math.min(Math.max(spanOf(view) * factor, shortest), durationSeconds);
  const share = spanOf(view) > 0 ? (at - view.from) / spanOf(view) : 0;
  const from = at - share * span;
  return fitted({ from, to: from + span }, durationSeconds);
}

export function panned(view: Stretch, durationSeconds: number, seconds: number): Stretch {
  return fitted({ from: view.from + seconds, to: view.to + seconds }, durationSeconds);
}

export const holds = (view: Stretch, seconds: number): boolean => seconds >= view.from && seconds <= view.to;

/** The same stretch if it shows the moment, else the one of the same length that begins shortly before it. */
export function revealing(view: Stretch, durationSeconds: number, seconds: number): Stretch {
  if (holds(view, seconds)) return view;
  const from = seconds - spanOf(view) * 0.1;
  return fitted({ from, to: from + spanOf(view) }, durationSeconds);
}

/** Where a moment lies in the view: 0 at its left edge, 1 at its right one. */
export function shareOf(view: Stretch, seconds: number): number {
  return spanOf(view) > 0 ? (seconds - view.from) / spanOf(view) : 0;
}

export const secondsAt = (view: Stretch, share: number): number => view.from + share * spanOf(view);
