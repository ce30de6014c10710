import { EVENT_TYPES, type LiveEvent } from "./events";

export type Connection = "connecting" | "live" | "lost" | "closed";

/** What every stream sends: all have the same names of events, each its own data. */
export interface StreamEvent {
  type: LiveEvent["type"];
  data: unknown;
}

export interface StreamOptions<E extends StreamEvent> {
  url: string;
  onEvent: (event: E) => void;
  onConnection: (connection: Connection) => void;
  open?: (url: string) => EventSource;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A stream begins with an event; without one for so long, something on the way keeps it back. */
const FIRST_EVENT_MS = 10_000;
/** The server says every 15 s that it is alive. */
const SILENCE_MS = 40_000;

/**
 * One event stream. EventSource itself returns after a cut, with Last-Event-ID; after an answer that
 * is not a stream it gives up, and then this opens a new one, with growing pauses. So it does when
 * nothing arrives: a proxy may keep back what the server sends, and a dead connection may not show.
 */
export class LiveStream<E extends StreamEvent = LiveEvent> {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private isLive = false;
  private waitMs = FIRST_WAIT_MS;
  private readonly open: (url: string) => EventSource;

  constructor(private readonly options: StreamOptions<E>) {
    this.open = options.open ?? ((url) => new EventSource(url));
  }

  start(): void {
    if (this.source) return;
    clearTimeout(this.timer);
    this.options.onConnection("connecting");
    this.connect();
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.silenceTimer);
    this.source?.close();
    this.source = null;
    this.isLive = false;
  }

  private connect(): void {
    const source = this.open(this.options.url);
    this.source = source;
    source.onopen = () => this.expect(source, FIRST_EVENT_MS);
    source.onerror = () => this.onError(source);
    source.addEventListener("alive", () => this.onSign(source));
    for (const type of EVENT_TYPES) {
      source.addEventListener(type, (event) => {
        this.onSign(source);
        this.onMessage({ type, data: JSON.parse((event as MessageEvent<string>).data) } as E);
      });
    }
    this.expect(source, FIRST_EVENT_MS);
  }

  /** Something arrived. */
  private onSign(source: EventSource): void {
    this.expect(source, SILENCE_MS);
    this.waitMs = FIRST_WAIT_MS;
    if (this.isLive) return;
    this.isLive = true;
    this.options.onConnection("live");
  }

  private expect(source: EventSource, withinMs: number): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => {
      source.close();
      this.onError(source);
    }, withinMs);
  }

  private onMessage(event: E): void {
    if (event.type === "closed") {
      this.stop();
      this.options.onConnection("closed");
    }
    this.options.onEvent(event);
  }

  private onError(source: EventSource): void {
    if (source !== this.source) return;
    clearTimeout(this.silenceTimer);
    this.isLive = false;
    this.options.onConnection("lost");
    if (source.readyState !== EventSource.CLOSED) return;
    this.stop();
    this.timer = setTimeout(() => this.connect(), this.waitMs * (0.75 + Math.random() / 2));
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
  }
}
