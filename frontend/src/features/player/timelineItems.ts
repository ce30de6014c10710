import { shareOf, type Stretch } from "./timelineView";

/** Something with a time, drawn as a bar, a mark or a hatched stretch. */
export interface TimelineItem {
  id: number;
  start: number;
  end: number;
  /** What it looks like: a class name of `TimelineRow.vue`. */
  look: string;
  /** The heavier look wins where several are drawn as one. */
  weight: number;
  title: string;
  /** Made or corrected by hand. */
  isManual?: boolean;
}

export interface TimelineRowModel {
  id: string;
  name: string;
  kind: "bars" | "marks" | "spans";
  items: readonly TimelineItem[];
}

/** What is drawn: one item, or several that are too close to be told apart. */
export interface Block {
  items: TimelineItem[];
  leftPx: number;
  widthPx: number;
  lane: number;
}

export interface Drawing {
  widthPx: number;
  /** Nothing is drawn narrower than this. */
  leastPx: number;
  lanes: number;
}

/** Items in order of their start; finds those of a stretch without looking at all of them. */
export class TimelineIndex {
  readonly items: readonly TimelineItem[];
  private readonly longest: number;

  constructor(items: readonly TimelineItem[]) {
    this.items = [...items].sort((one, other) => one.start - other.start || one.id - other.id);
    this.longest = this.items.reduce((most, item) => Math.max(most, item.end - item.start), 0);
  }

  within(view: Stretch): TimelineItem[] {
    const found: TimelineItem[] = [];
    for (let at = this.firstFrom(view.from - this.longest); at < this.items.length; at += 1) {
      const item = this.items[at];
      if (!item || item.start > view.to) break;
      if (item.end >= view.from) found.push(item);
    }
    return found;
  }

  private firstFrom(seconds: number): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.items[middle]?.start ?? 0) < seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const GAP_PX = 1;

/**
 * The blocks to draw for a stretch. Items that overlap are stacked in lanes; what finds no free lane, or
 * is as narrow as its neighbour, is drawn together with it. So there are never more blocks than pixels
 * allow, however many items there are.
 */
export function blocksOf(index: TimelineIndex, view: Stretch, { widthPx, leastPx, lanes }: Drawing): Block[] {
  const blocks: Block[] = [];
  const last: (Block | undefined)[] = Array.from({ length: lanes }, () => undefined);
  const endOf = (block: Block | undefined): number => (block ? block.leftPx + block.widthPx : -Infinity);

  for (const item of index.within(view)) {
    const left = shareOf(view, item.start) * widthPx;
    const width = Math.max(leastPx, (shareOf(view, item.end) - shareOf(view, item.start)) * widthPx);
    const free = last.findIndex((block) => endOf(block) + GAP_PX <= left);
    const lane = free >= 0 ? free : last.reduce((best, block, at) => (endOf(block) < endOf(last[best]) ? at : best), 0);
    const before = last[lane];
    const areTiny = before !== undefined && width <= leastPx && before.widthPx <= leastPx * before.items.length;
    const isClose = before !== undefined && left < endOf(before) + GAP_PX;
    if (before && isClose && (areTiny || free < 0)) {
      before.items.push(item);
      before.widthPx = Math.max(endOf(before), left + width) - before.leftPx;
      continue;
    }
    const block = { items: [item], leftPx: left, widthPx: width, lane };
    blocks.push(block);
    last[lane] = block;
  }
  return blocks;
}

export const heaviest = (items: readonly TimelineItem[]): TimelineItem | undefined =>
  items.reduce<TimelineItem | undefined>((most, item) => (!most || item.weight > most.weight ? item : most), undefined);
