import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, type Page } from "@playwright/test";

import { LONG_MS, type Api } from "./api";
import { login, test as base } from "./fixtures";
import { withPour } from "./pour";

type Row = [u: number, v: number, x: number, y: number];

interface SavedSite {
  version: number;
  site: { radius_m: number; placements: { placed_s: number }[] };
}

interface Pour {
  project: number;
  video: number;
  calibration: { image_size: [number, number]; points: Row[]; check_points: Row[] };
  outline: [number, number][];
}

/** A short simulated pour, whose camera and outline are known, as a project without a site. */
async function makePour(admin: Api): Promise<Pour> {
  return withPour(4, async (folder) => {
    const site = JSON.parse(await readFile(join(folder, "site.json"), "utf8")) as Omit<Pour, "outline"> & { pour: [number, number][] };
    const project = await admin.makeProject("Simulated slab");
    const video = await admin.addVideo(project, join(folder, "video.mp4"));
    return { project, video: video.id, calibration: site.calibration, outline: site.pour };
  });
}

const test = base.extend<object, { pour: Pour }>({
  pour: [async ({ admin }, use) => use(await makePour(admin)), { scope: "worker", timeout: LONG_MS }],
});

const MARGIN_PX = 24;

/** Clicks a pixel of the still, which lies fitted into the stage as long as nobody zoomed. */
async function clickPixel(page: Page, { image_size: [width, height] }: Pour["calibration"], u: number, v: number): Promise<void> {
  const stage = page.getByTestId("picture-stage").locator("svg").first();
  const box = await stage.boundingBox();
  if (!box) throw new Error("the stage is not visible");
  const scale = Math.min((box.width - 2 * MARGIN_PX) / width, (box.height - 2 * MARGIN_PX) / height);
  const position = { x: box.width / 2 + (u - width / 2) * scale, y: box.height / 2 + (v - height / 2) * scale };
  await stage.click({ position });
}

async function placeAll(page: Page, pour: Pour, list: "points" | "check_points", rows: Row[]): Promise<void> {
  await page.getByTestId(list === "points" ? "place-points" : "place-checks").click();
  for (const [u, v, x, y] of rows) {
    await clickPixel(page, pour.calibration, u, v);
    await page.getByTestId("new-x").locator("input").fill(String(x));
    await page.getByTestId("new-y").locator("input").fill(String(y));
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("new-x")).toBeHidden();
  }
  await page.keyboard.press("Escape");
}

/** Draws a shape by typing its corners. */
async function draw(page: Page, kind: string, corners: [number, number][]): Promise<void> {
  await page.getByTestId(`draw-${kind}`).click();
  for (const [x, y] of corners) {
    await page.getByTestId("corner-x").locator("input").fill(String(x));
    await page.getByTestId("corner-y").locator("input").fill(String(y));
    await page.getByTestId("add-corner").click();
  }
  await page.getByTestId("finish-shape").click();
}

async function openSite(page: Page, project: number): Promise<void> {
  await page.goto(`/projects/${project}/site`);
  await expect(page.getByTestId("picture-stage")).toHaveAttribute("data-loaded", "true", { timeout: LONG_MS });
}

test("a camera is calibrated by hand, the pour drawn, and the plan tells of an insertion", async ({ page, admin, pour }) => {
  await login(page);
  await openSite(page, pour.project);
  await placeAll(page, pour, "points", pour.calibration.points.slice(0, 6));
  await placeAll(page, pour, "check_points", pour.calibration.check_points.slice(0, 2));
  await expect(page.getByTestId("quality").locator("[data-grade]")).toHaveAttribute("data-grade", "green");
  await expect(page.getByTestId("table-points").locator(".error-row")).toHaveCount(6);
  await expect(page.getByTestId("metric-mask")).toBeAttached();

  // what was typed survives a reload
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.getByTestId("restored")).toBeVisible();
  await expect(page.getByTestId("calibration-point")).toHaveCount(8);

  await page.getByRole("tab", { name: "Drawing" }).click();
  await draw(page, "pour", pour.outline);
  await expect(page.getByTestId("shape-pour")).toHaveCount(1);
  await page.getByTestId("undo").click();
  await expect(page.getByTestId("shape-pour")).toHaveCount(0);
  await page.getByTestId("redo").click();
  await expect(page.getByTestId("shape-pour")).toHaveCount(1);
  await draw(page, "placement", pour.outline.slice(0, 3));
  await page.getByTestId("placed-at").locator("input").fill("1.5");
  await expect(page.getByTestId("shapes")).toContainText("Placed at 1.5 min");
  await page.getByTestId("save-site").click();
  await expect(page.getByTestId("site-state")).toHaveText("Saved as version 1");
  await page.screenshot({ path: "test-results/looks/site.png" });
  const stored = await admin.get<SavedSite>(`projects/${pour.project}/site/`);
  expect(stored.site.placements.map((one) => one.placed_s)).toEqual([90]);

  // a place beside the pour, which the plan shows too
  const [u, v] = pour.calibration.points[0] ?? [0, 0];
  await admin.post(`projects/${pour.project}/insertions/`, {
    video: pour.video, start_s: 0.5, end_s: 3.5, u_px: u, v_px: v, reason: "seen on site",
  });
  await page.goto(`/projects/${pour.project}?tab=plan`);
  await expect(page.getByTestId("plan-insertion")).toHaveAccessibleName("Insertion 1, too short, Added by hand", { timeout: LONG_MS });
  await expect(page.getByTestId("plan-legend")).toContainText("m²");
  await page.getByTestId("plan-insertion").click();
  await expect(page.getByTestId("plan-insertion")).toHaveClass(/chosen/);
  await page.screenshot({ path: "test-results/looks/plan.png" });
});

test.describe("two people at once", () => {
  test.use({ expected: [/409/] });

  test("whoever is slower loses nothing and may save on top", async ({ page, browser, url, admin }) => {
    const project = await admin.makeProject("Two at once");
    const other = await browser.newPage({ baseURL: url, locale: "en-US" });
    await Promise.all([login(page), login(other)]);
    const setRadius = async (of: Page, metres: string): Promise<void> => {
      await of.getByRole("tab", { name: "Rules" }).click();
      await of.getByRole("combobox", { name: "Poker" }).press("Enter");
      await of.getByRole("option", { name: "Own radius" }).click();
      await of.getByTestId("radius").locator("input").fill(metres);
    };
    for (const [one, metres] of [[page, "0.35"], [other, "0.25"]] as const) {
      await one.goto(`/projects/${project}/site`);
      await setRadius(one, metres);
    }
    await other.getByTestId("save-site").click();
    await expect(other.getByTestId("site-state")).toHaveText("Saved as version 1");

    await page.getByTestId("save-site").click();
    await expect(page.getByTestId("conflict")).toContainText("poker");
    await page.getByTestId("look-at-theirs").click();
    await expect(page.getByTestId("radius").locator("input")).toHaveValue("0.25");
    await page.getByRole("button", { name: "Back to my work" }).click();
    await expect(page.getByTestId("radius").locator("input")).toHaveValue("0.35");
    await page.getByTestId("save-on-top").click();
    await expect(page.getByTestId("site-state")).toHaveText("Saved as version 2");
    const saved = await admin.get<SavedSite>(`projects/${project}/site/`);
    expect([saved.version, saved.site.radius_m]).toEqual([2, 0.35]);
    await other.close();
  });
});
