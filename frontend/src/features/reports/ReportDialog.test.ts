import { afterEach, expect, test, vi } from "vitest";
import { createApp, h, nextTick, ref, type App } from "vue";

import { lastHeader } from "./lastHeader";
import ReportDialog from "./ReportDialog.vue";
import { i18n } from "@/i18n";

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  localStorage.clear();
});

test("what was typed is not lost with a dialog that is closed", async () => {
  const isOpen = ref(false);
  app = createApp(() => h(ReportDialog, { project: 4, modelValue: isOpen.value })).use(i18n);
  app.mount(document.createElement("div"));
  isOpen.value = true;
  await vi.waitUntil(() => document.querySelector("#report-mix"));
  const field = document.querySelector<HTMLInputElement>("#report-mix")!;
  field.value = "C35";
  field.dispatchEvent(new Event("input"));
  await nextTick();
  isOpen.value = false;
  await nextTick();
  expect(lastHeader(4).mix).toBe("C35");
});
