import type { Neighbours } from "./boxes";
import type { FrameResult } from "@/api/types";

interface FrameWindow {
  frames: FrameResult[];
  /** False while a run still adds frames to it. */
  isFinal: boolean;
  loadedAt: number;
}

export interface FrameCacheOptions {
  windowSeconds: number;
  load: (video: number, start: number, end: number) => Promise<FrameResult[]>;
  /** Whether what was just loaded can still grow. */
  isGrowing: () => boolean;
  onChange: () => void;
  now?: () => number;
}

const MAX_WINDOWS = 12;
/** How often a window that still grows is asked for again. */
const REFRESH_MS = 2_000;

/** The number of frames, in time order, that are not later than a moment. */
export function countUpTo(frames: readonly FrameResult[], seconds: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle]?.pts_seconds ?? Infinity) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Frame results around the play head, fetched in windows; the least recently used are dropped. */
export class FrameCache {
  private windows = new Map<string, FrameWindow>();
  private loading = new Set<string>();
  private isStopped = false;
  private readonly now: () => number;

  constructor(private readonly options: FrameCacheOptions) {
    this.now = options.now ?? (() => performance.now());
  }

  get windowCount(): number {
    return this.windows.size;
  }

  /** The analysed frames at or before, and after, a moment; null where none is known. */
  around(video: number, seconds: number): Neighbours {
    const index = this.indexOf(seconds);
    const here = this.framesOf(video, index);
    const count = countUpTo(here, seconds);
    return {
      before: here[count - 1] ?? this.framesOf(video, index - 1).at(-1) ?? null,
      after: here[count] ?? this.framesOf(video, index + 1)[0] ?? null,
    };
  }

  /** Sees to it that what is around a moment is there, or on its way. */
  need(video: number, seconds: number): void {
    const index = this.indexOf(seconds);
    const share = seconds / this.options.windowSeconds - index;
    void this.ensure(video, index);
    if (share > 0.5) void this.ensure(video, index + 1);
    if (share < 0.1 && index > 0) void this.ensure(video, index - 1);
  }

  /** The run has ended: windows that were still growing are fetched once more when needed. */
  forgetGrowing(): void {
    for (const [key, window] of this.windows) {
      if (!window.isFinal) this.windows.delete(key);
    }
  }

  stop(): void {
    this.isStopped = true;
    this.windows.clear();
  }

  private indexOf(seconds: number): number {
    return Math.max(0, Math.floor(seconds / this.options.windowSeconds));
  }

  private framesOf(video: number, index: number): FrameResult[] {
    return this.windows.get(`${video}:${index}`)?.frames ?? [];
  }

  private async ensure(video: number, index: number): Promise<void> {
    const key = `${video}:${index}`;
    const known = this.windows.get(key);
    if (known) {
      this.windows.delete(key); // put last: the most recently used
      this.windows.set(key, known);
      if (known.isFinal || this.now() - known.loadedAt < REFRESH_MS) return;
    }
    if (this.loading.has(key)) return;
    this.loading.add(key);
    const isFinal = !this.options.isGrowing();
    const start = index * this.options.windowSeconds;
    try {
      const frames = await this.options.load(video, start, start + this.options.windowSeconds);
      if (this.isStopped) return;
      this.windows.delete(key);
      this.windows.set(key, { frames, isFinal, loadedAt: this.now() });
      this.dropOldest();
      this.options.onChange();
    } catch {
      // Asked again with the next picture; the page says itself when the server is away.
    } finally {
      this.loading.delete(key);
    }
  }

  private dropOldest(): void {
    for (const key of this.windows.keys()) {
      if (this.windows.size <= MAX_WINDOWS) return;
      this.windows.delete(key);
    }
  }
}
