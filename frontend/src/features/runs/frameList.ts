import type { FrameResult } from "@/api/types";

export interface FrameQuery {
  start?: number;
  end?: number;
  limit: number;
}

export interface FrameListOptions {
  load: (query: FrameQuery) => Promise<FrameResult[]>;
  /** Seconds between two analysed frames: how far back a page reaches. */
  gapSeconds: number;
}

const PAGE = 500;
const MAX_ROWS = 4000;
/** Less than the time between two pictures of any video, more than rounding. */
const INSTANT_SECONDS = 1e-4;

/** A stretch of a video's frame results that grows at both ends and forgets what is far away. */
export class FrameList {
  rows: FrameResult[] = [];
  hasBefore = false;
  hasAfter = true;

  constructor(private readonly options: FrameListOptions) {}

  /** Begins anew a little before a moment. */
  async startAt(seconds: number): Promise<void> {
    const start = Math.max(0, seconds - 20 * this.options.gapSeconds);
    const rows = await this.options.load({ ...(start > 0 && { start }), limit: PAGE });
    this.rows = rows;
    this.hasBefore = start > 0;
    this.hasAfter = rows.length === PAGE;
  }

  async loadAfter(): Promise<void> {
    const last = this.rows.at(-1);
    if (!last) return this.startAt(0);
    const more = await this.options.load({ start: last.pts_seconds + INSTANT_SECONDS, limit: PAGE });
    this.hasAfter = more.length === PAGE;
    this.rows = [...this.rows, ...more];
    if (this.rows.length > MAX_ROWS) {
      this.rows = this.rows.slice(-MAX_ROWS);
      this.hasBefore = true;
    }
  }

  /** Returns how many rows came before those that were there. */
  async loadBefore(): Promise<number> {
    const first = this.rows[0];
    if (!first || !this.hasBefore) return 0;
    let reach = PAGE * this.options.gapSeconds;
    let more: FrameResult[] = [];
    let start = first.pts_seconds;
    while (more.length === 0 && start > 0) {
      start = Math.max(0, first.pts_seconds - reach);
      more = await this.options.load({ start, end: first.pts_seconds, limit: 5000 });
      reach *= 4;
    }
    const kept = more.slice(-2 * PAGE);
    this.hasBefore = start > 0 || kept.length < more.length;
    this.rows = [...kept, ...this.rows];
    if (this.rows.length > MAX_ROWS) {
      this.rows = this.rows.slice(0, MAX_ROWS);
      this.hasAfter = true;
    }
    return kept.length;
  }

  covers(seconds: number): boolean {
    const first = this.rows[0];
    const last = this.rows.at(-1);
    if (!first || !last) return false;
    return (
      (!this.hasBefore || seconds >= first.pts_seconds) && (!this.hasAfter || seconds <= last.pts_seconds)
    );
  }
}
