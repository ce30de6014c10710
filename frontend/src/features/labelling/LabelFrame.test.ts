import { afterEach, expect, test, vi } from "vitest";
import { createApp, type App } from "vue";

import LabelFrame from "./LabelFrame.vue";
import { i18n } from "@/i18n";

vi.mock("vue-router");

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  vi.unstubAllGlobals();
});

test("the dialog comes up where it is seen: full screen is left first", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ count: 0, results: [] })));
  const host = document.createElement("div");
  let leave = (): void => {};
  Object.assign(document, { fullscreenElement: host, exitFullscreen: () => new Promise<void>((resolve) => (leave = resolve)) });
  app = createApp(LabelFrame, { video: 1, seconds: 2 }).use(i18n);
  app.mount(host);
  host.querySelector("button")?.click();
  await new Promise((done) => setTimeout(done));
  expect(document.querySelector(".el-dialog")).toBeNull();
  leave();
  await vi.waitUntil(() => document.querySelector(".el-dialog"));
});
