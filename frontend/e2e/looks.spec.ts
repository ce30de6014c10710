import type { Page } from "@playwright/test";

import { expect, expectNoOverflow, login, PASSWORD, test } from "./fixtures";

const DESKTOP = { width: 1440, height: 900 };
const TABLET = { width: 1024, height: 768 };
const TABLET_UPRIGHT = { width: 768, height: 1024 };

/** Every tab of a project lies in its bar, and no name on the timeline is cut off. */
async function expectWhole(page: Page): Promise<void> {
  const cut = await page.evaluate(() => {
    const bar = document.querySelector(".tabs .el-tabs__header")?.getBoundingClientRect();
    const isCut = (tab: Element): boolean => {
      const { left, right } = tab.getBoundingClientRect();
      return !bar || left < bar.left || right > bar.right;
    };
    const names = [...document.querySelectorAll("[data-test=lane-name] .ellipsis")];
    return [
      ...[...document.querySelectorAll(".tabs [role=tab]")].filter(isCut),
      ...names.filter((name) => name.scrollWidth > name.clientWidth),
    ].map((one) => one.textContent);
  });
  expect(cut).toEqual([]);
}

for (const { locale, scheme, viewport } of [
  { locale: "zh-CN", scheme: "light", viewport: DESKTOP },
  { locale: "zh-CN", scheme: "dark", viewport: TABLET },
  { locale: "zh-CN", scheme: "light", viewport: TABLET_UPRIGHT },
  { locale: "en-US", scheme: "dark", viewport: DESKTOP },
  { locale: "en-US", scheme: "light", viewport: TABLET_UPRIGHT },
] as const) {
  test.describe(`${locale}, ${scheme}, ${viewport.width} pixels wide`, () => {
    test.use({ locale, colorScheme: scheme, viewport });

    test("every page fits its window", async ({ page, prepared }) => {
      const snap = async (what: string): Promise<void> => {
        await expectNoOverflow(page);
        await page.screenshot({ path: `test-results/looks/${what}-${locale}-${scheme}-${viewport.width}.png` });
      };
      await page.goto("/login");
      await expect(page.locator("html")).toHaveAttribute("lang", locale === "zh-CN" ? "zh-CN" : "en");
      await expect(page.locator("html")).toHaveClass(scheme === "dark" ? /dark/ : "");
      await snap("login");
      await login(page);
      await expect(page.getByTestId("project-card").first()).toBeVisible();
      await snap("projects");
      await page.goto(`/projects/${prepared.project}`);
      await expect(page.getByTestId("frame-table")).toBeVisible();
      await expect(page.getByTestId("timeline").locator("svg")).toHaveCount(1);
      await expectWhole(page);
      await snap("project");
      for (const path of ["overview", "datasets", "trainings", "detectors", "system", "users", "account", "nowhere"]) {
        await page.goto(`/${path}`);
        await expect(page.locator("h1, .empty h2").first()).toBeVisible();
        await page.waitForLoadState("networkidle");
        await snap(path);
      }
    });
  });
}

test("language and appearance are switched on the spot and kept", async ({ page }) => {
  await page.goto("/login");
  await page.getByRole("button", { name: "中文" }).click();
  await expect(page.getByRole("heading", { name: "登录" })).toBeVisible();
  await page.getByRole("button", { name: "外观" }).click();
  await page.getByRole("menuitem", { name: "深色" }).click();
  await expect(page.locator("html")).toHaveClass(/dark/);
  await page.reload();
  await expect(page.getByRole("heading", { name: "登录" })).toBeVisible();
  await expect(page.locator("html")).toHaveClass(/dark/);
  await expect(page).toHaveTitle("登录 · CVD-MIS");
});

test("somebody without projects is shown the three steps", async ({ page, admin }) => {
  await admin.makeUser("newcomer", "operator", PASSWORD);
  await login(page, "newcomer", PASSWORD);
  await expect(page.getByTestId("first-steps")).toContainText("From video to evidence in three steps");
  await page.screenshot({ path: "test-results/looks/first-steps.png" });
  await page.getByRole("button", { name: "Create the first project" }).click();
  await expect(page.getByRole("dialog")).toContainText("Drop videos here");
});

test("filters live in the address", async ({ page, prepared }) => {
  expect(prepared.project).toBeGreaterThan(0);
  await login(page);
  await page.getByPlaceholder("Search name or description").fill("first lift");
  await expect(page).toHaveURL(/search=first(\+|%20)lift/);
  const cards = page.getByTestId("project-card");
  await expect(cards.filter({ hasNotText: "first lift" })).toHaveCount(0);
  await expect(cards.filter({ hasText: "first lift" }).first()).toBeVisible();
  await page.reload();
  await expect(page.getByPlaceholder("Search name or description")).toHaveValue("first lift");
  await page.getByPlaceholder("Search name or description").fill("no such project");
  await expect(page.getByText("Nothing matches these filters")).toBeVisible();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await expect(page.getByTestId("project-card").first()).toBeVisible();
});
