import { LONG_MS } from "./api";
import { chooseDetector, expect, login, test, testData } from "./fixtures";

test("a run is cancelled, keeps what is done, and goes on from there", async ({ page, admin }) => {
  const project = await admin.makeProject("Cancel");
  await admin.addVideo(project, testData("video/vtest.mp4"));
  await login(page);
  await page.goto(`/projects/${project}`);
  await page.getByTestId("start").click();
  await chooseDetector(page, "hog");
  await page.getByText("2/s", { exact: true }).click();
  await page.getByTestId("start-run").click();
  const strip = page.getByTestId("run-strip");
  await expect(strip.getByText(/[12] \/ 3/)).toBeVisible({ timeout: LONG_MS }); // a segment is complete
  await page.getByTestId("cancel").click();
  await expect(strip).toContainText("What was analysed before the cancelling was kept.");
  await expect(strip).toContainText("Cancelled");
  await page.screenshot({ path: "test-results/looks/cancelled.png" });

  await strip.getByRole("button", { name: "Go on with what is missing" }).click();
  await expect(page.getByTestId("cancel")).toBeVisible();
  await expect(strip).toBeHidden({ timeout: LONG_MS });
  const runs = (await admin.get<{ results: { state: string; frames_done: number; frames_total: number; retry_of: number | null }[] }>(`runs/?project=${project}`)).results;
  expect(runs.map((run) => run.state)).toEqual(["completed", "cancelled"]);
  expect(runs[0]?.frames_done).toBe(runs[0]?.frames_total);
  expect(runs[0]?.retry_of).not.toBeNull();

  // the history shows both; an older one can be looked at, and deleted
  await page.getByRole("tab", { name: "Runs" }).click();
  const cancelled = page.locator(".runs li", { hasText: "Cancelled" });
  await cancelled.locator("button.run").click();
  await expect(cancelled).toContainText("shown");
  await cancelled.getByRole("button", { name: /^Delete run/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(cancelled).toBeHidden();
});

test("a project is edited and deleted, after saying what is lost", async ({ page, admin }) => {
  const project = await admin.makeProject("Old name");
  await login(page);
  await page.goto(`/projects/${project}`);
  await page.getByTestId("more").click();
  await page.getByRole("menuitem", { name: "Edit project" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("New name");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "New name" })).toBeVisible();

  await page.getByTestId("more").click();
  await page.getByRole("menuitem", { name: "Delete project" }).click();
  await expect(page.getByRole("dialog")).toContainText("It cannot be undone.");
  await page.getByRole("dialog").getByRole("button", { name: "Delete project" }).click();
  await expect(page).toHaveURL(/\/projects$/);
  await expect(page.getByText("“New name” was deleted.")).toBeVisible();
});
