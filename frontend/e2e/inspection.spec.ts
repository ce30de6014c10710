import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import { LONG_MS, type Api } from "./api";
import { clockSeconds, expect, login, test, testData } from "./fixtures";

/** A project with a ready video, and no run: there is only what a person puts in. */
async function projectWithVideo(admin: Api, name: string): Promise<{ project: number; video: number }> {
  const project = await admin.makeProject(name);
  const { id } = await admin.addVideo(project, testData("video/vtest.mp4"));
  return { project, video: id };
}

/** One insertion of three seconds, too short by every profile; ends when its finding is there. */
async function withShortInsertion(admin: Api, { project, video }: { project: number; video: number }): Promise<void> {
  const place = { u_px: 240, v_px: 200 };
  await admin.post(`projects/${project}/insertions/`, { video, start_s: 5, end_s: 8, ...place, reason: "seen by eye" });
  const findings = () => admin.get<{ results: { rule: string }[] }>(`projects/${project}/findings/?rule=V01`);
  await expect.poll(async () => (await findings()).results.length, { timeout: LONG_MS }).toBe(1);
}

async function openProject(page: Page, project: number, tab: string): Promise<void> {
  await login(page);
  await page.goto(`/projects/${project}?tab=${tab}`);
  const video = page.getByTestId("video");
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.readyState)).toBeGreaterThan(1);
}

test("an insertion is put in by hand, shown everywhere, and taken back", async ({ page, admin }) => {
  const { project } = await projectWithVideo(admin, "By hand");
  await openProject(page, project, "insertions");
  const timeline = page.getByTestId("timeline");
  const seekTo = async (seconds: number): Promise<void> => {
    await timeline.focus();
    await page.keyboard.press("Home");
    for (let passed = 0; passed < seconds; passed += 10) await page.keyboard.press("PageUp");
    await expect.poll(() => clockSeconds(page)).toBe(seconds);
  };

  await seekTo(10);
  await page.keyboard.press("i");
  await seekTo(30);
  await page.keyboard.press("o");
  await page.getByTestId("draft-save").click();
  await expect(page.getByTestId("draft")).toContainText("The place is missing");
  await page.getByTestId("rings").click({ position: { x: 200, y: 150 } });
  await page.getByTestId("draft-reason").fill("the detector did not see it");
  await page.getByTestId("draft-save").click();
  await expect(page.getByTestId("draft")).toBeHidden();

  const row = page.getByTestId("insertion-row");
  await expect(row).toHaveCount(1, { timeout: LONG_MS });
  await expect(row).toContainText("20.0 s");
  await expect(row).toContainText("Added by hand");
  const bars = timeline.locator("[data-row=insertions] [data-test=timeline-item]");
  await expect(bars).toHaveCount(1);

  // chosen in the list: the player goes there, and shows its ring
  await row.click();
  await expect.poll(() => clockSeconds(page)).toBe(10);
  await expect(page.getByTestId("ring")).toHaveCount(1);

  await page.getByTestId("show-edits").click();
  const edit = page.getByTestId("edit-row");
  await expect(edit).toContainText("the detector did not see it");
  await page.getByTestId("take-back").click();
  await expect(edit).toHaveCount(0);
  await expect(bars).toHaveCount(0, { timeout: LONG_MS });
});

test("findings are reviewed by keyboard", async ({ page, admin }) => {
  const where = await projectWithVideo(admin, "Review");
  await withShortInsertion(admin, where);
  await openProject(page, where.project, "findings");
  await page.getByTestId("finding-search").fill("V01");
  await expect(page.getByTestId("finding-row")).toHaveCount(1, { timeout: LONG_MS });
  await page.getByTestId("review-open").click();
  const card = page.getByTestId("review-mode").getByTestId("finding-card");
  const state = card.getByTestId("card-state");
  await expect(card).toContainText("Under-vibrated point");
  await expect(state).toHaveText("To review");

  await page.getByTestId("review-mode").getByTestId("finding-list").focus();
  await page.keyboard.press("c");
  await expect(state).toHaveText("Confirmed");
  await page.keyboard.press("u");
  await expect(state).toHaveText("To review");
  await page.keyboard.press("f");
  await expect(card.getByTestId("review-note")).toBeFocused();
  await page.keyboard.type("measured again: it was long enough");
  await page.keyboard.press("Enter");
  await expect(state).toHaveText("False alarm");
  await expect(card.getByTestId("history-row")).toHaveCount(3);
  await expect(card.getByTestId("history-row").filter({ hasText: "measured again" })).toHaveCount(1);
});

test("a report is made and downloaded", async ({ page, admin }) => {
  const where = await projectWithVideo(admin, "Report");
  await withShortInsertion(admin, where);
  await openProject(page, where.project, "reports");
  await page.getByTestId("report-new").click();
  await page.getByLabel("Contractor").fill("Second Bureau");
  await page.getByTestId("report-make").click();
  const row = page.getByTestId("report-row");
  await expect(row).toHaveAttribute("data-state", "completed", { timeout: LONG_MS });
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("report-download").click()]);
  expect((await readFile(await download.path())).subarray(0, 4).toString()).toBe("%PDF");
});

test("the overview leads from a rule to the findings behind it", async ({ page, admin }) => {
  const where = await projectWithVideo(admin, "Behind a rule");
  await projectWithVideo(admin, "Without findings");
  await withShortInsertion(admin, where);
  await login(page);
  await page.goto("/overview");
  await page.getByTestId("overview-rule").filter({ hasText: "V01" }).getByRole("button").click();
  await expect(page).toHaveURL(/rule=V01/);
  await expect(page.getByTestId("overview-only")).toContainText("V01 Under-vibrated point");
  await expect(page.getByTestId("overview-project").filter({ hasText: "Without findings" })).toHaveCount(0);
  await page.getByRole("link", { name: "Behind a rule" }).click();
  await expect(page.getByTestId("finding-row")).toHaveCount(1);
  await expect(page.getByTestId("finding-row")).toContainText("V01");
});
