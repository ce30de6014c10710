import { readFile } from "node:fs/promises";

import { LONG_MS } from "./api";
import { expect, expectNoOverflow, login, test, testData } from "./fixtures";

test("a detector is imported through the page, and a broken one is refused with the reason", async ({ page, admin }) => {
  await login(page);
  await page.getByRole("link", { name: "Detectors" }).click();
  await expect(page.getByTestId("detector").filter({ hasText: "hog" })).toContainText("Active");

  const importFile = async (name: string, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> => {
    await page.getByTestId("import-detector").click();
    await page.getByTestId("detector-file").setInputFiles(file);
    await page.getByTestId("detector-name").fill(name);
    await page.getByTestId("classes-file").setInputFiles(testData("weights/coco_classes.txt"));
    await page.getByTestId("start-import").click();
    await expect(page.getByTestId("start-import")).toBeHidden();
  };
  const model = await readFile(testData("weights/yolox_nano.onnx"));
  const onnx = { mimeType: "application/octet-stream", buffer: model };

  await importFile("Cut off", { ...onnx, name: "cut.onnx", buffer: model.subarray(0, 100_000) });
  await expect(page.getByTestId("import").filter({ hasText: "Cut off" })).toContainText("cannot be loaded", { timeout: LONG_MS });

  await importFile("Nano", { ...onnx, name: "yolox_nano.onnx" });
  const row = page.getByTestId("detector").filter({ hasText: "Nano" });
  await expect(row).toContainText("Candidate", { timeout: LONG_MS });
  await expect(page.getByTestId("detector").filter({ hasText: "Cut off" })).toHaveCount(0);
  await expectNoOverflow(page);
  await page.screenshot({ path: "test-results/looks/detectors.png", fullPage: true });

  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { name: /Nano/ })).toBeVisible();
  await expect(page.getByTestId("gate")).toContainText("hog is active");
  await expectNoOverflow(page);
  await page.screenshot({ path: "test-results/looks/detector.png", fullPage: true });
  const listed = await admin.get<{ results: { name: string; labels: string[] }[] }>("detectors/?search=Nano");
  // a person is a worker to the rules
  expect(listed.results[0]?.labels[0]).toBe("worker");
});
