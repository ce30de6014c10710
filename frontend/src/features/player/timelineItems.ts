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
  kind: "bars" | "marks" | "spans" | "tracks";
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

interface Lane {
  /** When the last one ends, in seconds. */
  ends: number;
  block?: Block;
}

/**
 * The blocks to draw for a stretch. Items that are there at the same time are stacked in lanes; what
 * finds no free lane, and what is too narrow to be told from its neighbour, is drawn together with it.
 * So there are never more blocks than pixels allow, however many items there are.
 */
export function blocksOf(index: TimelineIndex, view: Stretch, { widthPx, leastPx, lanes: count }: Drawing): Block[] {
  const blocks: Block[] = [];
  const lanes: Lane[] = Array.from({ length: count }, () => ({ ends: -Infinity }));

  for (const item of index.within(view)) {
    const leftPx = shareOf(view, item.start) * widthPx;
    const truePx = (shareOf(view, item.end) - shareOf(view, item.start)) * widthPx;
    const block: Block = { items: [item], leftPx, widthPx: Math.max(leastPx, truePx), lane: 0 };
    const free = lanes.findIndex(({ ends }) => ends <= item.start);
    const at = free >= 0 ? free : lanes.reduce((best, lane, one) => (lane.ends < (lanes[best]?.ends ?? 0) ? one : best), 0);
    const lane = lanes[at];
    if (!lane) break;
    const isHidden = lane.block !== undefined && leftPx < lane.block.leftPx + lane.block.widthPx;
    if (lane.block && isHidden && (free < 0 || truePx < leastPx)) join(lane.block, block);
    else {
      lane.block = { ...block, lane: at };
      blocks.push(lane.block);
    }
    lane.ends = Math.max(lane.ends, item.end);
  }
  return blocks;
}

function join(into: Block, block: Block): void {
  into.items.push(...block.items);
  into.widthPx = Math.max(into.leftPx + into.widthPx, block.leftPx + block.widthPx) - into.leftPx;
}

export const heaviest = (items: readonly TimelineItem[]): TimelineItem | undefined =>
  items.reduce<TimelineItem | undefined>((most, item) => (!most || item.weight > most.weight ? item : most), undefined);
