import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { LiveEvent } from "./events";
import { LiveStream, type Connection } from "./stream";

class FakeSource extends EventTarget {
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  close(): void {
    this.readyState = 2;
  }

  send(type: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }

  /** The browser itself comes back after a cut, but gives up after a wrong answer. */
  fail(readyState: 0 | 2): void {
    this.readyState = readyState;
    this.onerror?.();
  }
}

let sources: FakeSource[] = [];
let events: LiveEvent[] = [];
let connections: Connection[] = [];

function makeStream(): LiveStream {
  return new LiveStream({
    url: "/events/",
    onEvent: (event) => events.push(event),
    onConnection: (connection) => connections.push(connection),
    open: () => {
      const source = new FakeSource();
      sources.push(source);
      return source as unknown as EventSource;
    },
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", { CLOSED: 2 });
  sources = [];
  events = [];
  connections = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("events are handed on with their type", () => {
  makeStream().start();
  sources[0]?.onopen?.();
  sources[0]?.send("state", { video_removed: 4 });
  expect(connections).toEqual(["connecting", "live"]);
  expect(events).toEqual([{ type: "state", data: { video_removed: 4 } }]);
});

test("a cut that the browser heals by itself opens no second stream", () => {
  makeStream().start();
  sources[0]?.fail(0);
  vi.advanceTimersByTime(60_000);
  expect(sources).toHaveLength(1);
  sources[0]?.onopen?.();
  sources[0]?.send("alive", {});
  expect(connections).toEqual(["connecting", "lost", "live"]);
});

test("a stream that opens and brings nothing is lost, and tried again", () => {
  makeStream().start();
  sources[0]?.onopen?.();
  vi.advanceTimersByTime(9_999);
  expect(connections).toEqual(["connecting"]);
  vi.advanceTimersByTime(1);
  expect(connections).toEqual(["connecting", "lost"]);
  expect(sources[0]?.readyState).toBe(2);
  vi.advanceTimersByTime(1_300);
  expect(sources).toHaveLength(2);
});

test("a stream that falls silent is lost, one that says it is alive is not", () => {
  makeStream().start();
  for (let minute = 0; minute < 4; minute += 1) {
    sources[0]?.send("alive", {});
    vi.advanceTimersByTime(15_000);
  }
  expect(connections).toEqual(["connecting", "live"]);
  vi.advanceTimersByTime(25_000);
  expect(connections).toEqual(["connecting", "live", "lost"]);
  expect(events).toEqual([]);
});

test("after an answer that is no stream a new one is opened, with growing pauses", () => {
  makeStream().start();
  sources[0]?.fail(2);
  vi.advanceTimersByTime(1_300);
  expect(sources).toHaveLength(2);
  sources[1]?.fail(2);
  vi.advanceTimersByTime(1_300);
  expect(sources).toHaveLength(2);
  vi.advanceTimersByTime(1_300);
  expect(sources).toHaveLength(3);
});

test("closed is the last word: nothing is opened again", () => {
  makeStream().start();
  sources[0]?.send("closed", { reason: "access_removed" });
  vi.advanceTimersByTime(60_000);
  expect(connections.at(-1)).toBe("closed");
  expect(sources).toHaveLength(1);
  expect(sources[0]?.readyState).toBe(2);
});

test("a stopped stream stays stopped, and can be started again", () => {
  const stream = makeStream();
  stream.start();
  sources[0]?.fail(2);
  stream.stop();
  vi.advanceTimersByTime(60_000);
  expect(sources).toHaveLength(1);
  stream.start();
  expect(sources).toHaveLength(2);
});
