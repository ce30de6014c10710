import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApp, defineComponent, h, type App } from "vue";

import { useProjectLive, type ProjectLive } from "./useProjectLive";

class FailingSource extends EventTarget {
  static readonly CLOSED = 2;
  static last: FailingSource | null = null;
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor() {
    super();
    FailingSource.last = this;
  }

  close(): void {
    this.readyState = 2;
  }
}

const PROJECT = { id: 1, status: "in_progress", latest_run: null, videos: [] };
let app: App | null = null;

beforeEach(() => {
  FailingSource.last = null;
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FailingSource);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(PROJECT)));
});
afterEach(() => {
  app?.unmount();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(): Promise<ProjectLive> {
  let live: ProjectLive | undefined;
  const page = defineComponent({
    setup() {
      live = useProjectLive(1);
      return () => h("div");
    },
  });
  app = createApp(page);
  app.mount(document.createElement("div"));
  await vi.waitUntil(() => FailingSource.last?.onerror);
  if (!live) throw new Error("not set up");
  return live;
}

function tell(name: string, data: object): void {
  FailingSource.last?.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
}

test("a browser that tries again every second does not keep the page from polling", async () => {
  const live = await open();
  tell("alive", {});
  expect(live.connection.value).toBe("live");
  for (let second = 0; second < 5; second += 1) {
    FailingSource.last?.onerror?.();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(live.connection.value).toBe("polling");
  tell("alive", {});
  expect(live.connection.value).toBe("live");
});

test("an answer that the stream has overtaken is asked for again", async () => {
  const live = await open();
  const answers = [{ ...PROJECT }, { ...PROJECT, status: "completed" }];
  let asked = 0;
  vi.stubGlobal("fetch", async () => {
    const answer = answers[asked];
    asked += 1;
    if (asked === 1) tell("state", { project: { id: 1, status: "completed" } });
    return Promise.resolve(Response.json(answer));
  });
  await live.refresh();
  expect(live.live.value?.status).toBe("completed");
  expect(asked).toBe(2);
});
