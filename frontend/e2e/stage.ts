import { expect, type Page } from "@playwright/test";

/** Of the simulated videos that are labelled here. */
const SIZE = { width: 480, height: 270 };
const MARGIN_PX = 24;

/** Where a pixel of the picture lies on the screen, as long as nobody zoomed. */
async function onScreen(page: Page, [x, y]: readonly [number, number]): Promise<{ x: number; y: number; scale: number }> {
  const box = await page.getByTestId("label-stage").locator("svg").first().boundingBox();
  if (!box) throw new Error("the stage is not visible");
  const scale = Math.min((box.width - 2 * MARGIN_PX) / SIZE.width, (box.height - 2 * MARGIN_PX) / SIZE.height);
  return {
    x: box.x + box.width / 2 + (x - SIZE.width / 2) * scale,
    y: box.y + box.height / 2 + (y - SIZE.height / 2) * scale,
    scale,
  };
}

export async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const [start, end] = [await onScreen(page, from), await onScreen(page, to)];
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2);
  await page.mouse.move(end.x, end.y);
  await page.mouse.up();
}

/** The picture that the address names is shown. */
export async function opened(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/label\/\d+/);
  const id = /label\/(\d+)/.exec(page.url())?.[1] ?? "";
  await expect(page.getByTestId("label-stage")).toHaveAttribute("data-loaded", id);
}
