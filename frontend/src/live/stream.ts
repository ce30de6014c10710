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

/**
 * One event stream. EventSource itself returns after a cut, with Last-Event-ID; after an answer that
 * is not a stream it gives up, and then this opens a new one, with growing pauses.
 */
export class LiveStream<E extends StreamEvent = LiveEvent> {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
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
    this.source?.close();
    this.source = null;
  }

  private connect(): void {
    const source = this.open(this.options.url);
    this.source = source;
    source.onopen = () => {
      this.waitMs = FIRST_WAIT_MS;
      this.options.onConnection("live");
    };
    source.onerror = () => this.onError(source);
    for (const type of EVENT_TYPES) {
      source.addEventListener(type, (event) => {
        this.onMessage({ type, data: JSON.parse((event as MessageEvent<string>).data) } as E);
      });
    }
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
    this.options.onConnection("lost");
    if (source.readyState !== EventSource.CLOSED) return;
    this.stop();
    this.timer = setTimeout(() => this.connect(), this.waitMs * (0.75 + Math.random() / 2));
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
  }
}
