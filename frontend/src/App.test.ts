import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { createApp, type App as VueApp } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";

import App from "./App.vue";
import { i18n } from "./i18n";

vi.mock("@/ui/AppShell.vue", () => ({ default: (_props: unknown, { slots }: { slots: { default: () => unknown } }) => slots.default() }));

let app: VueApp | null = null;
afterEach(() => app?.unmount());

test("each dataset has a page of its own, which stays from picture to picture", async () => {
  const setup = vi.fn(() => () => null);
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: "/datasets/:id/label/:image", name: "label", component: { setup }, meta: { title: "labelling.title" } }],
  });
  await router.push("/datasets/1/label/1");
  app = createApp(App).use(createPinia()).use(i18n).use(router);
  app.mount(document.createElement("div"));
  await router.push("/datasets/1/label/2");
  expect(setup).toHaveBeenCalledTimes(1);
  await router.push("/datasets/2/label/2");
  expect(setup).toHaveBeenCalledTimes(2);
});
