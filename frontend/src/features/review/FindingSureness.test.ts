import { afterEach, expect, test, vi } from "vitest";
import { createApp, h, ref, type App } from "vue";

import FindingSureness from "./FindingSureness.vue";
import type { FindingDetail } from "@/features/inspection/types";
import { provideInspection } from "@/features/inspection/useInspection";
import { i18n } from "@/i18n";

const INSPECTION = { clock: { videos: [] }, lifts: [{ number: 0, name: "bottom" }, { number: 1, name: "middle" }] };
const INSERTIONS = [{ id: 7, observed_ratio: 0.579 }, { id: 8, observed_ratio: 0.9 }];

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  vi.unstubAllGlobals();
});

/** The rows of the card, by what they are about. */
async function rowsOf(finding: Partial<FindingDetail>): Promise<Record<string, string>> {
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/inspection/")) return Promise.resolve(Response.json(INSPECTION));
    return Promise.resolve(Response.json(pathname.endsWith("/insertions/") ? INSERTIONS : { next: null, results: [] }));
  });
  const host = document.createElement("dl");
  let loaded: Promise<void> | undefined;
  app = createApp({
    setup() {
      loaded = provideInspection(1, ref(0)).refresh();
      return () => h(FindingSureness, { finding: finding as FindingDetail });
    },
  });
  app.use(i18n).mount(host);
  await loaded;
  await new Promise((done) => setTimeout(done));
  const rows = [...host.querySelectorAll("div")];
  return Object.fromEntries(rows.map((row) => [row.dataset["test"], row.querySelector("dd")?.textContent ?? ""]));
}

test("a card says the lift, how much was seen, how well the ground is known, and how the run was set", async () => {
  i18n.global.locale.value = "en";
  const rows = await rowsOf({
    lift: 1,
    insertions: [7, 8],
    calibration: { grade: "green", rmse_px: 1.234, rmse_m: 0.0123 },
    run_settings: { fps: 2.5, score_threshold: 0.3 },
  });
  expect(rows["finding-lift_label"]).toBe("middle");
  expect(rows["finding-observed"]).toMatch(/^58\s?%$/);
  expect(rows["finding-calibration"]).toMatch(/^RMSE 1\.23 px, 0\.012 m/);
  expect(rows["finding-run_settings"]).toMatch(/^2\.5\/s · Score threshold 0\.30?$/);
});

test("nothing is said of what is not known", async () => {
  expect(await rowsOf({ lift: null, insertions: [], calibration: null, run_settings: null })).toEqual({});
});
