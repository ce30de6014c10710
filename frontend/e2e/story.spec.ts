import { readFile } from "node:fs/promises";

import { LONG_MS } from "./api";
import { chooseDetector, clickAt, clockSeconds, expect, login, shownBoxes, test, testData } from "./fixtures";

interface Frames {
  results: { pts_seconds: number; labels: string[]; scores: number[] }[];
}

test("a video is dropped, analysed live, looked at and exported", async ({ page, admin }) => {
  await login(page);
  await dropOnList(page, testData("video/vtest.mp4"));
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Name")).toHaveValue("vtest");
  await dialog.getByLabel("Name").fill("Bridge 3, deck");
  await dialog.getByRole("button", { name: "Create and upload" }).click();

  // uploaded, checked, ready, without a reload
  await expect(page).toHaveURL(/\/projects\/\d+$/);
  await expect(page.getByTestId("video-row")).toHaveAttribute("data-state", "ready", { timeout: LONG_MS });
  await expect(page.getByTestId("video-row")).toContainText("480 × 360");

  await page.getByTestId("start").click();
  await chooseDetector(page, "hog");
  await page.getByText("1/s", { exact: true }).click();
  await expect(page.getByText("About 80 frames will be analysed.")).toBeVisible();
  await page.getByTestId("start-run").click();

  // live: the percent grows, and the picture follows the analysis
  const strip = page.getByTestId("run-strip");
  await expect(strip).toContainText("frames/s");
  await expect(page.getByTestId("connection")).toHaveText("Live");
  await expect.poll(async () => parseInt((await page.getByTestId("percent").textContent()) ?? "0")).toBeGreaterThan(5);
  await expect(page.getByTestId("follow")).toHaveAttribute("aria-pressed", "true");
  await expect.poll(() => clockSeconds(page)).toBeGreaterThan(1);
  await page.screenshot({ path: "test-results/story-running.png" });
  await expect(strip).toBeHidden({ timeout: LONG_MS });
  await expect(page.getByText("Completed").first()).toBeVisible();

  const id = Number(page.url().split("/").at(-1));
  const { latest_run: run } = await admin.get<{ latest_run: { id: number; label_counts: Record<string, number> } }>(`projects/${id}/`);
  const frames = (await admin.get<Frames>(`runs/${run.id}/frames/?limit=5000`)).results;
  expect(frames).toHaveLength(80);
  const best = frames.reduce((one, other) => (other.labels.length > one.labels.length ? other : one));

  // the timeline, the picture and the table show one moment
  await clickAt(page.getByTestId("timeline"), (best.pts_seconds + 0.01) / 79.5);
  await expect.poll(() => clockSeconds(page)).toBeCloseTo(best.pts_seconds, 0);
  await expect.poll(() => shownBoxes(page)).toBe(best.labels.length);
  await expect(page.getByTestId("frame-table").locator("[aria-selected=true]")).toContainText(
    `${best.labels.length} Person`,
  );
  await page.screenshot({ path: "test-results/story-boxes.png" });

  // people are followed, and a click on a track goes to where it was clicked
  const tracks = page.locator("[data-row=tracks]");
  await expect(tracks.getByTestId("timeline-item").first()).toHaveAttribute("title", /^Person · 00:/, { timeout: LONG_MS });
  await clickAt(tracks, (best.pts_seconds + 0.01) / 79.5);
  await expect.poll(() => clockSeconds(page)).toBeCloseTo(best.pts_seconds, 0);

  // what is filtered away is not drawn
  await page.getByRole("button", { name: /^Person/ }).click();
  await expect.poll(() => shownBoxes(page)).toBe(0);
  await page.getByRole("button", { name: /^Person/ }).click();
  await expect.poll(() => shownBoxes(page)).toBe(best.labels.length);
  const slider = page.getByRole("slider", { name: "Score at least" });
  await slider.focus();
  await page.keyboard.press("End");
  await expect.poll(() => shownBoxes(page)).toBe(best.scores.filter((score) => score >= 1).length);

  await page.getByTestId("export").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("export-coco").click()]);
  const coco = JSON.parse(await readFile(await download.path(), "utf8")) as Record<"images" | "annotations", unknown[]>;
  expect(coco.images).toHaveLength(80);
  expect(coco.annotations).toHaveLength(Object.values(run.label_counts).reduce((sum, count) => sum + count, 0));
});

async function dropOnList(page: import("@playwright/test").Page, file: string): Promise<void> {
  const base64 = (await readFile(file)).toString("base64");
  const transfer = await page.evaluateHandle(async (text) => {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "vtest.mp4", { type: "video/mp4", lastModified: 1 }));
    return data;
  }, base64);
  await page.locator(".page.list").dispatchEvent("drop", { dataTransfer: transfer });
}
