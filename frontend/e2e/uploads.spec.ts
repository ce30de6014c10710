import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import { LONG_MS } from "./api";
import { expect, login, test, testData } from "./fixtures";

const FILE_BYTES = 20 * 2 ** 20;
const SLOW = 3 * 2 ** 20;

/** Slows the browser's uploads down, in bytes per second; 0 sets them free. */
async function throttle(page: Page, uploadThroughput: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: uploadThroughput || -1,
  });
}

/** Large enough to be caught on its way, and no video. */
async function bigFile(path: string): Promise<string> {
  await writeFile(path, randomBytes(FILE_BYTES));
  return path;
}

const percent = async (page: Page): Promise<number> =>
  parseInt((await page.getByTestId("upload-row").locator(".percent").textContent()) ?? "0");

async function choose(page: Page, file: string): Promise<void> {
  await page.getByTestId("drop-zone").first().locator("input[type=file]").setInputFiles(file);
}

test("an upload pauses, goes on where it was, and is refused with the reason", async ({ page, admin }, info) => {
  const file = await bigFile(info.outputPath("not-a-video.mp4"));
  await login(page);
  await page.goto(`/projects/${await admin.makeProject("Pause")}`);
  await throttle(page, SLOW);
  await choose(page, file);
  const row = page.getByTestId("upload-row");
  await expect(row).toContainText("/s ·");
  await expect.poll(() => percent(page)).toBeGreaterThan(10);
  await page.screenshot({ path: "test-results/looks/uploading.png" });
  await row.getByRole("button", { name: /^Pause/ }).click();
  await expect(row).toHaveAttribute("data-state", "paused");
  const reached = await percent(page);
  await row.getByRole("button", { name: /^Resume/ }).click();
  await throttle(page, 0);
  const video = page.getByTestId("video-row");
  await expect(video).toHaveAttribute("data-state", "rejected", { timeout: LONG_MS });
  await expect(video.getByRole("alert")).toHaveText("No picture could be decoded from this file.");
  await page.screenshot({ path: "test-results/looks/rejected.png" });
  expect(reached).toBeLessThan(100);
});

test("after a reload the same file goes on where it was", async ({ page, admin, expected }, info) => {
  expected.push(/ERR_(ABORTED|NETWORK_CHANGED|FAILED)/);
  const file = await bigFile(info.outputPath("site.mp4"));
  await login(page);
  await page.goto(`/projects/${await admin.makeProject("Reload")}`);
  await throttle(page, SLOW);
  await choose(page, file);
  await expect.poll(() => percent(page), { timeout: LONG_MS }).toBeGreaterThan(50);
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();

  const interrupted = page.getByTestId("interrupted");
  await expect(interrupted).toContainText("site.mp4");
  await expect(interrupted).toContainText("Choose the same file again");
  await page.screenshot({ path: "test-results/looks/interrupted.png" });
  await throttle(page, 0);
  const requests: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/uploads/")) requests.push(request.method());
  });
  await choose(page, file);
  await expect(page.getByTestId("video-row")).toHaveAttribute("data-state", "rejected", { timeout: LONG_MS });
  await expect(interrupted).toBeHidden();
  expect(requests).toContain("HEAD");
  expect(requests).not.toContain("POST");
});

test("an interrupted upload can be given up", async ({ page, admin }, info) => {
  const file = await bigFile(info.outputPath("site.mp4"));
  await login(page);
  await page.goto(`/projects/${await admin.makeProject("Discard")}`);
  await throttle(page, SLOW);
  await choose(page, file);
  await expect.poll(() => percent(page)).toBeGreaterThan(5);
  await page.getByTestId("upload-row").getByRole("button", { name: /^Remove/ }).click();
  await expect(page.getByTestId("upload-row")).toBeHidden();
  await page.reload();
  await expect(page.getByText("No videos yet").first()).toBeVisible();
  await expect(page.getByTestId("interrupted")).toBeHidden();
});

test("an H.265 video gets a version for the browser, and plays", async ({ page, admin }) => {
  await login(page);
  await page.goto(`/projects/${await admin.makeProject("H.265")}`);
  await choose(page, testData("video/h265_video.mp4"));
  const row = page.getByTestId("video-row");
  await expect(row).toHaveAttribute("data-state", "ready", { timeout: LONG_MS });
  await expect(row).toContainText("HEVC");
  await expect(row).toContainText("Converted for the browser", { timeout: LONG_MS });
  const video = page.getByTestId("video");
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.readyState)).toBeGreaterThan(1);
  await page.getByTestId("play").click();
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.currentTime)).toBeGreaterThan(0.1);
});
