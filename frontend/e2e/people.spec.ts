import { expect, login, PASSWORD, test } from "./fixtures";
import { Api } from "./api";

test("a wrong password is refused, and too many of them for a while", async ({ page, expected }) => {
  expected.push(/status of (400|429)/);
  await page.goto("/projects?mine=1");
  await expect(page).toHaveURL(/\/login\?next=/);
  const submit = page.locator("button[type=submit]");
  await page.locator("#username").fill("somebody-else");
  await page.locator("#password").fill("wrong words");
  await submit.click();
  await expect(page.getByRole("alert")).toContainText("do not match");
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (await page.getByText("Too many wrong tries").isVisible()) break;
    await page.locator("#password").fill("wrong words");
    await submit.click();
    await expect(submit).not.toHaveClass(/is-loading/);
  }
  await expect(page.getByRole("alert")).toContainText(/You can try again in \d+:\d\d/);
  await expect(submit).toBeDisabled();
  await page.screenshot({ path: "test-results/looks/throttled.png" });
});

test("a member is added, sees the project, and is taken off it while looking", async ({ page, admin, url, browser }) => {
  await admin.makeUser("wang", "operator", PASSWORD);
  const project = await admin.makeProject("Shared");
  await login(page);
  await page.goto(`/projects/${project}`);
  await page.getByRole("tab", { name: "Members" }).click();
  await page.getByTestId("member-search").click();
  await page.keyboard.type("wang");
  await page.getByRole("option", { name: /wang/ }).click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByTestId("member")).toHaveCount(2);
  await page.screenshot({ path: "test-results/looks/members.png" });

  const context = await browser.newContext({ baseURL: url, locale: "en-US" });
  const other = await context.newPage();
  await login(other, "wang", PASSWORD);
  await other.getByTestId("project-card").filter({ hasText: "Shared" }).click();
  await expect(other.getByTestId("connection").or(other.getByTestId("start"))).toBeVisible();
  await expect(other.getByTestId("more")).toBeHidden();

  await page.getByRole("button", { name: "Remove wang?" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(other.getByText("You no longer have access to this project")).toBeVisible();
  await context.close();
});

test("a stranger is told no more than that nothing is there", async ({ page, admin, expected }) => {
  expected.push(/status of 404/);
  await admin.makeUser("stranger", "operator", PASSWORD);
  const project = await admin.makeProject("Secret");
  await login(page, "stranger", PASSWORD);
  await page.goto(`/projects/${project}`);
  await expect(page.getByText("This project cannot be found")).toBeVisible();
  await expect(page.getByText("Secret")).toBeHidden();
  await page.goto("/users");
  await expect(page.getByText("There is nothing here")).toBeVisible();
});

test("a viewer looks, and is told why there is nothing to start", async ({ page, admin }) => {
  const viewer = await admin.makeUser("viewer", "viewer", PASSWORD);
  const project = await admin.makeProject("To look at");
  await admin.post(`projects/${project}/members/`, { user: viewer, role: "viewer" });
  await login(page, "viewer", PASSWORD);
  await page.getByTestId("project-card").click();
  await expect(page.getByTestId("start")).toBeDisabled();
  await expect(page.getByTestId("drop-zone")).toHaveCount(0);
});

test("a token is shown once, works, and is revoked", async ({ page, admin, url, request }) => {
  await admin.makeUser("scripter", "operator", PASSWORD);
  await login(page, "scripter", PASSWORD);
  await page.goto("/account");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Nightly");
  await page.getByRole("button", { name: "Create token" }).click();
  const token = await page.locator("#created-token").inputValue();
  await page.screenshot({ path: "test-results/looks/token.png" });
  await page.getByRole("button", { name: "Close", exact: true }).click();
  const use = () => request.get(`${url}/api/v1/me/`, { headers: { Authorization: `Token ${token}` } });
  expect(await (await use()).json()).toMatchObject({ username: "scripter" });

  const row = page.getByTestId("token").filter({ hasText: "Nightly" });
  expect(await row.textContent()).not.toContain(token);
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(row).toBeHidden();
  expect((await use()).status()).toBe(401);
});

test("the profile and the password are changed", async ({ page, admin, url, expected }) => {
  expected.push(/status of 400/);
  await admin.makeUser("changer", "operator", PASSWORD);
  await login(page, "changer", PASSWORD);
  await page.goto("/account");
  await page.getByLabel("Display name").fill("Li Wei");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Menu of Li Wei" })).toBeVisible();
  const fill = async (current: string, fresh: string): Promise<void> => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password", { exact: true }).fill(fresh);
    await page.getByLabel("New password, once more").fill(fresh);
    await page.getByRole("button", { name: "Change the password" }).click();
  };
  await fill(PASSWORD, "short");
  await expect(page.locator(".el-form-item__error")).toBeVisible();
  await fill(PASSWORD, "Another-9-pokers");
  await expect(page.getByText("The password was changed.")).toBeVisible();
  await Api.login(url, "changer", "Another-9-pokers");
});

test("an administrator makes, changes and deletes users, and says what becomes of projects", async ({ page, admin, url }) => {
  await login(page);
  await page.goto("/users");
  await page.getByRole("button", { name: "New user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("User name").fill("zhao");
  await dialog.getByLabel("First password").fill(PASSWORD);
  await dialog.getByLabel("Display name").fill("Zhao Min");
  await page.screenshot({ path: "test-results/looks/new-user.png" });
  await dialog.getByRole("button", { name: "Create user" }).click();
  const row = page.getByTestId("user").filter({ hasText: "zhao" });
  await expect(row).toContainText("Operator");
  const zhao = await Api.login(url, "zhao", PASSWORD);
  const project = await zhao.makeProject("Left behind");
  await page.reload();
  await expect(row).toContainText("1");

  const menu = async (item: string): Promise<void> => {
    await row.getByRole("button", { name: "Actions for zhao" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await menu("Deactivate");
  await expect(row).toContainText("Deactivated");
  await menu("Delete user");
  await expect(page.getByText("What happens to the 1 project of this user?")).toBeVisible();
  await page.screenshot({ path: "test-results/looks/delete-user.png" });
  await page.getByRole("dialog").getByRole("combobox").click();
  await page.keyboard.type("admin");
  await page.getByRole("option", { name: /admin/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete user" }).click();
  await expect(row).toBeHidden();
  expect(await admin.get(`projects/${project}/`)).toMatchObject({ owner: { username: "admin" } });
});

test("an expired session leads to the log-in and back", async ({ page, prepared, expected }) => {
  expected.push(/status of (401|403)/);
  await login(page);
  await page.goto(`/projects/${prepared.project}`);
  await expect(page.getByTestId("frame-table")).toBeVisible();
  await page.context().clearCookies({ name: "sessionid" });
  await page.getByRole("tab", { name: "Members" }).click();
  await expect(page).toHaveURL(/\/login\?next=/);
  await expect(page.getByText("Your session has ended")).toBeVisible();
  await page.locator("#username").fill("admin");
  await page.locator("#password").fill(process.env.CVD_E2E_PASSWORD ?? "");
  await page.locator("button[type=submit]").click();
  await expect(page).toHaveURL(new RegExp(`/projects/${prepared.project}$`));
});
