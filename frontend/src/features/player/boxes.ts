import type { FrameResult } from "@/api/types";

export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

export interface ShownBox {
  box: Box;
  label: string;
  score: number;
  /** Placed between two analysed frames: not a detection of its own. */
  isBetween: boolean;
}

export interface BoxFilter {
  /** Labels to leave out. */
  hidden: ReadonlySet<string>;
  minScore: number;
}

/** Below this overlap two boxes of neighbouring analysed frames are not taken for one object. */
const SAME_OBJECT_IOU = 0.2;

export function iou(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  const area = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1]);
  return both / (area(a) + area(b) - both);
}

export function boxesOf(frame: FrameResult, filter: BoxFilter): ShownBox[] {
  return frame.boxes.flatMap((box, index) => {
    const label = frame.labels[index] ?? "";
    const score = frame.scores[index] ?? 0;
    if (filter.hidden.has(label) || score < filter.minScore) return [];
    return [{ box: box as unknown as Box, label, score, isBetween: false }];
  });
}

function between(a: Box, b: Box, share: number): Box {
  const mix = (from: number, to: number): number => from + (to - from) * share;
  return [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2]), mix(a[3], b[3])];
}

/** Pairs of the same label, the largest overlap first. */
function pairs(before: ShownBox[], after: ShownBox[]): Map<ShownBox, ShownBox> {
  const candidates = before
    .flatMap((a) => after.map((b) => ({ a, b, overlap: a.label === b.label ? iou(a.box, b.box) : 0 })))
    .filter((one) => one.overlap >= SAME_OBJECT_IOU)
    .sort((one, other) => other.overlap - one.overlap);
  const found = new Map<ShownBox, ShownBox>();
  const taken = new Set<ShownBox>();
  for (const { a, b } of candidates) {
    if (found.has(a) || taken.has(b)) continue;
    found.set(a, b);
    taken.add(b);
  }
  return found;
}

export interface Neighbours {
  before: FrameResult | null;
  after: FrameResult | null;
}

export interface Moment {
  seconds: number;
  /** Half the time between pictures of the video: nearer than this is the same picture. */
  toleranceSeconds: number;
  /** Analysed frames further apart than this have nothing to say about the time between them. */
  maxGapSeconds: number;
}

/**
 * The boxes to draw over the picture at a moment. On an analysed frame they are its own. Between two,
 * an object seen in both moves evenly from one to the other; one seen in only one of them is shown in
 * the half that lies nearer to it.
 */
export function boxesAt(moment: Moment, { before, after }: Neighbours, filter: BoxFilter): ShownBox[] {
  const { seconds, toleranceSeconds, maxGapSeconds } = moment;
  for (const frame of [before, after]) {
    if (frame && Math.abs(frame.pts_seconds - seconds) <= toleranceSeconds) return boxesOf(frame, filter);
  }
  const start = before && seconds - before.pts_seconds <= maxGapSeconds ? boxesOf(before, filter) : [];
  const end = after && after.pts_seconds - seconds <= maxGapSeconds ? boxesOf(after, filter) : [];
  const gap = before && after ? after.pts_seconds - before.pts_seconds : Infinity;
  const share = before && gap <= maxGapSeconds ? (seconds - before.pts_seconds) / gap : 0;
  const same = gap <= maxGapSeconds ? pairs(start, end) : new Map<ShownBox, ShownBox>();
  const matched = new Set(same.values());
  const isNearBefore =
    !after || (before !== null && seconds - before.pts_seconds <= after.pts_seconds - seconds);

  const moved = [...same].map(([a, b]) => ({
    box: between(a.box, b.box, share),
    label: a.label,
    score: Math.min(a.score, b.score),
    isBetween: true,
  }));
  const alone = isNearBefore
    ? start.filter((one) => !same.has(one))
    : end.filter((one) => !matched.has(one));
  return [...moved, ...alone.map((one) => ({ ...one, isBetween: true }))];
}
