import type { Insertion } from "@/features/inspection/types";

/** An insertion that a person is putting in, or correcting, before it is sent. */
export interface Draft {
  /** What is corrected; null for a new one. */
  insertion: Pick<Insertion, "id" | "number"> | null;
  video: number;
  start_s: number | null;
  end_s: number | null;
  u_px: number | null;
  v_px: number | null;
}

export type Lack = "start" | "end" | "order" | "short" | "place";

/** What is shorter is a touch of the surface and no insertion. */
const SHORTEST_SECONDS = 1;

export const newDraft = (video: number): Draft => ({
  insertion: null,
  video,
  start_s: null,
  end_s: null,
  u_px: null,
  v_px: null,
});

export function draftOf(insertion: Insertion): Draft {
  const { id, number, video, start_s, end_s, u_px, v_px } = insertion;
  return { insertion: { id, number }, video, start_s, end_s, u_px, v_px };
}

const tenth = (seconds: number): number => Math.round(seconds * 10) / 10;

/** A new start after the end begins the insertion anew: its end is still to come. */
export function withStart(draft: Draft, seconds: number): Draft {
  const start = tenth(seconds);
  const isAnew = draft.insertion === null && draft.end_s !== null && draft.end_s <= start;
  return { ...draft, start_s: start, end_s: isAnew ? null : draft.end_s };
}

export const withEnd = (draft: Draft, seconds: number): Draft => ({ ...draft, end_s: tenth(seconds) });

export const withPlace = (draft: Draft, u: number, v: number): Draft => ({
  ...draft,
  u_px: Math.round(u * 10) / 10,
  v_px: Math.round(v * 10) / 10,
});

/** What is still missing, or wrong. */
export function lacksOf(draft: Draft): Lack[] {
  const { start_s: start, end_s: end } = draft;
  const lacks: Lack[] = [];
  if (start === null) lacks.push("start");
  if (end === null) lacks.push("end");
  if (start !== null && end !== null) {
    if (end <= start) lacks.push("order");
    else if (end - start < SHORTEST_SECONDS - 1e-9) lacks.push("short");
  }
  if (draft.u_px === null || draft.v_px === null) lacks.push("place");
  return lacks;
}
