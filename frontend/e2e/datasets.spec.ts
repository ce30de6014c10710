import { expect, type Page } from "@playwright/test";

import { LONG_MS, type Api } from "./api";
import { login, test } from "./fixtures";

interface Image {
  id: number;
  revision: number;
  state: string;
  boxes: { label: string; box: number[] }[];
}

const imagesOf = async (admin: Api, dataset: number, query = ""): Promise<Image[]> =>
  (await admin.get<{ results: Image[] }>(`datasets/${dataset}/images/?page_size=200${query}`)).results;

async function choose(page: Page, field: string, option: string | RegExp): Promise<void> {
  await page.getByRole("dialog").getByRole("combobox", { name: field }).click();
  await page.getByRole("option", { name: option }).click();
}

async function more(page: Page, item: string): Promise<void> {
  await page.getByTestId("more").click();
  await page.getByRole("menuitem", { name: item }).click();
}

test("pictures come from a run, a video and a file; they are suggested, split, exported and deleted", async ({ page, admin, prepared }, info) => {
  const { id } = await admin.post<{ id: number }>("datasets/", { name: "People of the pier", classes: ["person"] });
  await login(page);
  await page.goto(`/datasets/${id}`);
  await expect(page.getByText("No pictures yet")).toBeVisible();

  // What a run has found comes along as suggestions.
  await page.getByTestId("add-frames").click();
  await choose(page, "Project", "Pier 12, first lift");
  await page.getByTestId("frames-run").click();
  await expect(page.getByRole("dialog")).toContainText(`Run ${prepared.run}`);
  await page.getByRole("dialog").getByRole("spinbutton", { name: "At most" }).fill("4");
  await page.getByTestId("start-frames").click();
  await expect(page.getByTestId("image")).toHaveCount(4, { timeout: LONG_MS });
  const found = await imagesOf(admin, id);
  expect(new Set(found.map((one) => one.state))).toEqual(new Set(["prelabelled"]));
  expect(found.flatMap((one) => one.boxes).every((one) => one.label === "person")).toBe(true);

  // Frames at times have no boxes until a detector draws some.
  await page.getByTestId("add-frames").click();
  await page.getByTestId("frames-times").click();
  await page.getByTestId("frames-times-list").fill("1000");
  await expect(page.getByText("These are no times within the video.")).toBeVisible();
  await page.getByTestId("frames-times-list").fill("1.1, 30.3");
  await page.getByTestId("start-frames").click();
  await expect(page.getByTestId("image")).toHaveCount(6, { timeout: LONG_MS });
  await expect.poll(async () => (await imagesOf(admin, id, "&state=unlabelled")).length).toBe(2);
  await page.getByTestId("prelabel").click();
  await expect(page.getByText("It knows Person.")).toBeVisible();
  await page.getByTestId("start-prelabel").click();
  await expect.poll(async () => (await imagesOf(admin, id, "&state=prelabelled")).length, { timeout: LONG_MS }).toBe(6);

  // One video cannot be divided, and the page says so.
  await more(page, "Split");
  await page.getByTestId("start-split").click();
  await expect(page.getByTestId("split-counts")).toContainText("6 for training, 0 for validation");
  await page.keyboard.press("Escape");

  // A labelled picture leaves as a file and comes into another dataset.
  const [first] = await imagesOf(admin, id);
  if (!first) throw new Error("no pictures");
  const labels = { revision: first.revision, boxes: [{ label: "person", box: [10, 20, 60, 120] }], state: "labelled" };
  expect((await admin.request.put(`datasets/${id}/images/${first.id}/labels/`, { data: labels })).status()).toBe(200);
  await page.reload();
  await expect(page.getByTestId("labelled-share")).toHaveText("1 of 6 labelled");
  const coming = page.waitForEvent("download");
  await more(page, "COCO, as it is now");
  const file = info.outputPath("people.zip");
  await (await coming).saveAs(file);
  const other = await admin.post<{ id: number }>("datasets/", { name: "Taken over", classes: ["person"] });
  await page.goto(`/datasets/${other.id}`);
  await more(page, "Import");
  await page.getByTestId("import-file").setInputFiles(file);
  await page.getByTestId("start-import").click();
  await expect(page.getByTestId("image")).toHaveCount(1, { timeout: LONG_MS });
  expect((await imagesOf(admin, other.id)).map((one) => one.boxes)).toEqual([labels.boxes]);
  await page.getByRole("tab", { name: "Work" }).click();
  await expect(page.getByTestId("task")).toContainText("Completed");

  await page.goto(`/datasets/${id}?state=labelled`);
  await expect(page.getByTestId("image")).toHaveCount(1);
  await page.getByRole("button", { name: "Delete the picture" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByText("No picture fits these filters")).toBeVisible();
  expect((await imagesOf(admin, id)).map((one) => one.id)).not.toContain(first.id);

  await page.goto("/datasets");
  await page.getByTestId("search-datasets").fill("pier");
  await expect(page.getByTestId("dataset")).toHaveCount(1);
  await expect(page.getByTestId("dataset")).toContainText("0 of 5 labelled");
});
