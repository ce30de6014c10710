import { clockSeconds, expect, login, test } from "./fixtures";

test("the player is used by keyboard alone", async ({ page, prepared }) => {
  await login(page);
  await page.goto(`/projects/${prepared.project}`);
  const video = page.getByTestId("video");
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.readyState)).toBeGreaterThan(1);
  const isPaused = () => video.evaluate((one: HTMLVideoElement) => one.paused);

  await page.keyboard.press("Space");
  await expect.poll(isPaused).toBe(false);
  await expect.poll(() => clockSeconds(page)).toBeGreaterThan(0.3);
  await page.keyboard.press("Space");
  await expect.poll(isPaused).toBe(true);

  await page.keyboard.press("Home");
  await expect.poll(() => clockSeconds(page)).toBe(0);
  await page.keyboard.press("ArrowRight"); // 10 pictures a second
  await expect.poll(() => clockSeconds(page)).toBe(0.1);
  await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(() => clockSeconds(page)).toBe(1.1);
  await page.keyboard.press("."); // analysed: every other second
  await expect.poll(() => clockSeconds(page)).toBe(2);
  await page.keyboard.press(".");
  await expect.poll(() => clockSeconds(page)).toBe(4);
  await page.keyboard.press(",");
  await expect.poll(() => clockSeconds(page)).toBe(2);

  const timeline = page.getByTestId("timeline");
  await timeline.focus();
  await page.keyboard.press("PageUp");
  await expect.poll(() => clockSeconds(page)).toBe(12);
  await expect(timeline).toHaveAttribute("aria-valuetext", "00:12.0");

  await page.getByTestId("frame-table").focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => clockSeconds(page)).toBe(14);
});

test("everything on the project page is reached with the tab key", async ({ page, prepared }) => {
  await login(page);
  await page.goto(`/projects/${prepared.project}`);
  await expect(page.getByTestId("frame-table")).toBeVisible();
  const reached = new Set<string>();
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement?.getAttribute("data-test") ?? ""));
  }
  for (const name of ["start", "export", "more", "play", "timeline", "frame-table"]) expect([...reached]).toContain(name);
});
