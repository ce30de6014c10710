import { join } from "node:path";

import { expect, type Page } from "@playwright/test";

import { Api, LONG_MS } from "./api";
import { clockSeconds, expectNoOverflow, login, PASSWORD, test as base } from "./fixtures";
import { withPour } from "./pour";
import { drag, opened } from "./stage";

interface Box {
  label: string;
  box: number[];
}

interface Image {
  id: number;
  frame: number;
  pts_seconds: number;
  state: string;
  revision: number;
  boxes: Box[];
}

interface Filmed {
  project: number;
  name: string;
  video: number;
}

const test = base.extend<object, { filmed: Filmed }>({
  filmed: [
    async ({ admin }, use) => {
      const filmed = await withPour(4, async (folder) => {
        const name = "Labelled slab";
        const project = await admin.makeProject(name);
        return { project, name, video: (await admin.addVideo(project, join(folder, "video.mp4"))).id };
      });
      await use(filmed);
    },
    { scope: "worker", timeout: LONG_MS },
  ],
});

const EXACT_PX = 1;

const stateOf = (page: Page) => page.getByTestId("image-state");

function expectBox(found: Box | undefined, label: string, box: number[]): void {
  expect(found?.label).toBe(label);
  box.forEach((value, index) => expect(Math.abs((found?.box[index] ?? Infinity) - value)).toBeLessThanOrEqual(EXACT_PX));
}

const imagesOf = async (admin: Api, dataset: number): Promise<Image[]> =>
  (await admin.get<{ results: Image[] }>(`datasets/${dataset}/images/?page_size=200`)).results;

async function save(admin: Api, dataset: number, image: Image, boxes: Box[]): Promise<void> {
  const data = { revision: image.revision, boxes, state: "labelled" };
  const answer = await admin.request.put(`datasets/${dataset}/images/${image.id}/labels/`, { data });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** A dataset with a frame of the video for each second. */
async function makeDataset(admin: Api, name: string, video: number, seconds: number[]): Promise<{ id: number; images: Image[] }> {
  const { id } = await admin.post<{ id: number }>("datasets/", { name, classes: ["worker", "vibrator_in"] });
  await admin.post(`datasets/${id}/frames/`, { video, times: seconds });
  await expect.poll(async () => (await imagesOf(admin, id)).length, { timeout: LONG_MS }).toBe(seconds.length);
  return { id, images: await imagesOf(admin, id) };
}

test.describe("somebody else at the same picture", () => {
  test.use({ expected: [/409/] });

  test("frames become a labelled version, and nothing that was drawn is ever lost", async ({ page, admin, filmed }) => {
    await login(page);
    await page.goto("/datasets");
    await page.getByTestId("new-dataset").first().click();
    await page.getByTestId("dataset-name").fill("Pokers of spring");
    await page.getByTestId("save-dataset").click();
    await expect(page.getByTestId("dataset-title")).toHaveText("Pokers of spring");
    const dataset = Number(/datasets\/(\d+)/.exec(page.url())?.[1]);

    await page.getByTestId("add-frames").click();
    await page.getByRole("combobox", { name: "Project" }).click();
    await page.getByRole("option", { name: filmed.name }).click();
    await page.getByTestId("frames-seconds").locator("input").fill("1");
    await page.getByTestId("start-frames").click();
    await expect(page.getByTestId("image")).toHaveCount(4, { timeout: LONG_MS });
    await expect(page.getByTestId("labelled-share")).toHaveText("0 of 4 labelled");
    const [first, second] = await imagesOf(admin, dataset);
    if (!first || !second) throw new Error("no pictures");

    // Drawn with the mouse; class and place by keys.
    await page.getByTestId(`image-${first.id}`).click();
    await opened(page);
    await drag(page, [100, 60], [220, 180]);
    await expect(page.getByTestId("box-row")).toContainText("Worker");
    await page.keyboard.press("2");
    await expect(page.getByTestId("box-row")).toContainText("Poker in concrete");
    for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Alt+Shift+ArrowRight");
    await expect(page.getByTestId("box-row")).toContainText("130 × 120");
    await page.keyboard.press("Control+z");
    await expect(page.getByTestId("box-row")).toContainText("120 × 120");
    await page.keyboard.press("Control+Shift+z");
    await expect(page.getByTestId("box-row")).toContainText("130 × 120");

    await page.reload();
    await opened(page);
    await expect(page.getByTestId("restored")).toBeVisible();
    await expect(page.getByTestId("box")).toHaveCount(1);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`/label/${second.id}$`));
    const saved = await admin.get<Image>(`datasets/${dataset}/images/${first.id}/`);
    expect(saved.state).toBe("labelled");
    expect(saved.boxes).toHaveLength(1);
    expectBox(saved.boxes[0], "vibrator_in", [103, 70, 233, 190]);

    // Copied from the picture before, made larger by a handle, while somebody else saves another box.
    await opened(page);
    await page.keyboard.press("c");
    await expect(page.getByTestId("box-row")).toHaveCount(1);
    await page.getByTestId("box-row").getByRole("button").first().click();
    await drag(page, [233, 190], [263, 210]);
    await expect(page.getByTestId("box-row")).toContainText("160 × 140");
    await save(admin, dataset, second, [{ label: "worker", box: [10, 20, 60, 120] }]);
    await page.keyboard.press("s");
    await expect(page.getByTestId("conflict")).toContainText("their boxes (1)");
    await expect(page.getByTestId("their-box")).toHaveCount(1);
    await page.screenshot({ path: "test-results/looks/labelling-conflict.png" });
    await page.reload();
    await opened(page);
    await expect(page.getByTestId("conflict")).toBeVisible();
    await page.keyboard.press("s");
    expectBox((await admin.get<Image>(`datasets/${dataset}/images/${second.id}/`)).boxes[0], "worker", [10, 20, 60, 120]);
    await page.getByTestId("save-mine").click();
    await expect(page.getByTestId("conflict")).toBeHidden();
    const mine = await admin.get<Image>(`datasets/${dataset}/images/${second.id}/`);
    expectBox(mine.boxes[0], "vibrator_in", [103, 70, 263, 210]);
    await expectNoOverflow(page);

    await page.goto(`/datasets/${dataset}?tab=versions`);
    await page.getByTestId("make-version").click();
    await page.getByTestId("version-note").fill("The first two");
    await page.getByTestId("freeze").click();
    await expect(page.getByTestId("version")).toContainText("2 pictures, 2 boxes");
    const versions = await admin.get<{ results: { id: number; box_count: number }[] }>(`datasets/${dataset}/versions/`);
    expect(versions.results.map((one) => one.box_count)).toEqual([2]);
    await expect(page.getByTestId("train")).toHaveAttribute("href", `/trainings?new=1&version=${versions.results[0]?.id}`);
  });
});

test("pictures between two labelled ones are filled, then confirmed one by one", async ({ page, admin, filmed, url }) => {
  const { id, images } = await makeDataset(admin, "Between", filmed.video, [0, 1, 2]);
  const [first, middle, last] = images;
  if (!first || !middle || !last) throw new Error("no pictures");
  await save(admin, id, first, [{ label: "worker", box: [100, 50, 140, 130] }]);
  await login(page);
  await page.goto(`/datasets/${id}/label/${last.id}`);
  await opened(page);
  await drag(page, [200, 50], [240, 130]);
  await expect(page.getByTestId("fill")).toHaveText("Fill 1 in between");
  await page.keyboard.press("f");
  await expect(stateOf(page)).toHaveText("Labelled");

  await page.getByTestId(`film-${middle.id}`).click();
  await expect(stateOf(page)).toHaveText("Suggested");
  await expect(page.getByTestId("suggested")).toContainText("interpolation");
  const filled = await admin.get<Image>(`datasets/${id}/images/${middle.id}/`);
  expectBox(filled.boxes[0], "worker", [150, 50, 190, 130]);
  await opened(page);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/label/${last.id}$`));
  const confirmed = await admin.get<Image>(`datasets/${id}/images/${middle.id}/`);
  expect([confirmed.state, confirmed.boxes]).toEqual(["labelled", filled.boxes]);

  // Somebody else who is at work here is named, and locks nobody out.
  await admin.makeUser("second", "engineer", PASSWORD);
  const second = await Api.login(url, "second", PASSWORD);
  await second.post(`datasets/${id}/images/${first.id}/hold/`, {});
  await page.goto(`/datasets/${id}/label/${first.id}`);
  await expect(page.getByTestId("held")).toContainText("second");
  await page.goto(`/datasets/${id}/label/${last.id}`);

  // Everything by keys: choose with Tab, delete, skip.
  await opened(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Delete");
  await expect(page.getByTestId("box")).toHaveCount(0);
  await page.keyboard.press("x");
  await expect(stateOf(page)).toHaveText("Skipped");
  await page.keyboard.press("?");
  await expect(page.getByTestId("keys-help")).toBeVisible();
});

test("the frame that the player shows is labelled, once and exactly", async ({ page, admin, filmed }) => {
  const name = "From the player";
  const { id } = await admin.post<{ id: number }>("datasets/", { name, classes: ["worker"] });
  await login(page);
  // Taken first, then found again.
  for (let round = 0; round < 2; round += 1) {
    await page.goto(`/projects/${filmed.project}`);
    const video = page.getByTestId("video");
    // The first picture is there; whether all could be played through is the browser's guess of the moment.
    await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.readyState)).toBeGreaterThan(1);
    await page.keyboard.press("Home");
    for (let step = 0; step <= 7; step += 1) {
      if (step > 0) await page.keyboard.press("ArrowRight");
      await expect.poll(() => clockSeconds(page)).toBeCloseTo(step / 5);
    }
    await page.getByTestId("label-frame").click();
    await page.getByRole("combobox", { name: "Dataset" }).click();
    await page.getByRole("option", { name }).click();
    await page.getByTestId("label-frame-go").click();
    await opened(page);
    const images = await imagesOf(admin, id);
    expect(images.map((one) => one.frame)).toEqual([7]);
    await expect(page).toHaveURL(new RegExp(`/datasets/${id}/label/${images[0]?.id}$`));
  }
});
