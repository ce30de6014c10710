import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect, test as base, type Locator, type Page } from "@playwright/test";

import { Api } from "./api";

const DATA = process.env.CVD_TEST_DATA ?? resolve(import.meta.dirname, "../../../shared/data");

/** A file of the test inputs; without it the test is skipped, or fails where inputs are required. */
export function testData(path: string): string {
  const file = join(DATA, path);
  const isThere = existsSync(file);
  if (!isThere && process.env.CVD_REQUIRE_TEST_DATA === "1") throw new Error(`missing test input ${path}`);
  base.skip(!isThere, `no test input ${path}: set CVD_TEST_DATA`);
  return file;
}

export const PASSWORD = "Vibrate-9-pokers";

interface Prepared {
  project: number;
  run: number;
}

interface Fixtures {
  /** Console errors that the test brings about on purpose. */
  expected: RegExp[];
  url: string;
}

interface WorkerFixtures {
  admin: Api;
  /** After a test that failed, the tests go on in a new worker. */
  afresh: void;
  /** A project with vtest.mp4 and a finished run. */
  prepared: Prepared;
}

const url = (): string => process.env.CVD_E2E_URL ?? "";

export const test = base.extend<Fixtures, WorkerFixtures>({
  expected: async ({}, use) => use([]),  
  url: async ({}, use) => use(url()),  
  baseURL: async ({}, use) => use(url()),  

  admin: [
     
    async ({}, use) => {
      await use(await Api.login(url(), "admin", process.env.CVD_E2E_PASSWORD ?? ""));
    },
    { scope: "worker" },
  ],

  afresh: [
    async ({ admin }, use, { workerIndex }) => {
      if (workerIndex > 0) await admin.clear();
      await use();
    },
    { scope: "worker", auto: true },
  ],

  prepared: [
    async ({ admin }, use) => {
      const project = await admin.makeProject("Pier 12, first lift");
      await admin.addVideo(project, testData("video/vtest.mp4"));
      const run = await admin.analyse(project, 0.5);
      await use({ project, run: run.id });
    },
    { scope: "worker" },
  ],

  page: async ({ page, expected }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
    });
    await use(page);
    expect(errors.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
  },
});

export { expect };

/** Where no `url` is given, into the system that all tests share. */
export async function login(page: Page, username = "admin", password = process.env.CVD_E2E_PASSWORD ?? "", url = ""): Promise<void> {
  await page.goto(`${url}/login`);
  await page.locator("#username").fill(username);
  await page.locator("#password").fill(password);
  await page.locator("button[type=submit]").click();
  await expect(page).toHaveURL(/\/projects/);
}

/** In the dialog that starts a run. */
export async function chooseDetector(page: Page, name: string): Promise<void> {
  await page.getByTestId("run-detector").click();
  await page.getByRole("option", { name: new RegExp(`^${name}`) }).click();
}

/** Seconds that the player's clock shows. */
export async function clockSeconds(page: Page): Promise<number> {
  const text = (await page.getByTestId("clock").textContent()) ?? "";
  const [minutes, seconds] = (text.split("/")[0] ?? "").trim().split(":").map(Number);
  return (minutes ?? 0) * 60 + (seconds ?? 0);
}

export async function clickAt(locator: Locator, share: number): Promise<void> {
  const box = await locator.boundingBox();
  if (!box) throw new Error("not visible");
  await locator.click({ position: { x: box.width * share, y: 8 } });
}

export const shownBoxes = async (page: Page): Promise<number> =>
  Number(await page.getByTestId("overlay").getAttribute("data-boxes"));

/** No page may be wider than its window. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
}
