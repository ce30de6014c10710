import { Api, LONG_MS } from "./api";
import { expect, login, test, testData } from "./fixtures";
import { withBufferingProxy } from "./proxy";
import { System } from "./system";

test("without a worker the page says why it waits; after a restart it recovers by itself", async ({ page, expected }) => {
  expected.push(/ERR_|status of (401|50\d)/);
  const file = testData("video/vtest.mp4");
  const system = await System.make();
  try {
    await system.start("web,io,beat");
    const password = await system.firstPassword();
    const admin = await Api.login(system.url, "admin", password);
    const project = await admin.makeProject("Waiting");
    await admin.addVideo(project, file);
    await admin.post(`projects/${project}/start/`, { detector: "hog", fps: 0.5 });

    await login(page, "admin", password, system.url);
    await page.goto(`${system.url}/projects/${project}`);
    await expect(page.getByTestId("waiting")).toHaveText(/no GPU worker is running/);
    await page.screenshot({ path: "test-results/looks/waiting.png" });
    await page.goto(`${system.url}/system`);
    await expect(page.getByText("No worker serves the gpu queue")).toBeVisible();
    await page.goto(`${system.url}/projects/${project}`);
    await expect(page.getByTestId("connection")).toHaveText("Live");

    await system.stop();
    await expect(page.getByTestId("connection")).toHaveText("No live connection: refreshed every few seconds");
    await expect(page.getByText("The server cannot be reached.")).toBeVisible();
    await page.screenshot({ path: "test-results/looks/offline.png" });

    await system.start();
    await expect(page.getByText("The server cannot be reached.")).toBeHidden({ timeout: LONG_MS });
    await expect(page.getByText("Completed").first()).toBeVisible({ timeout: LONG_MS });
    await expect(page.getByTestId("run-strip")).toBeHidden();
  } finally {
    await system.remove();
  }
});

test("where the event stream cannot be had, the page polls and says so", async ({ page, prepared, expected }) => {
  expected.push(/ERR_FAILED/);
  await page.route("**/events/", (route) => route.abort());
  await login(page);
  await page.goto(`/projects/${prepared.project}`);
  await expect(page.getByTestId("connection")).toHaveText("No live connection: refreshed every few seconds");
  await page.screenshot({ path: "test-results/looks/polling.png" });
});

test("behind a proxy that keeps the events back, the page polls and says so", async ({ page, prepared, url }) => {
  await withBufferingProxy(url, async (proxy) => {
    await login(page, undefined, undefined, proxy);
    await page.goto(`${proxy}/projects/${prepared.project}`);
    await expect(page.getByTestId("connection")).toHaveText("No live connection: refreshed every few seconds");
  });
});
