import { afterEach, expect, test } from "vitest";
import { createApp, h, nextTick, ref, type App } from "vue";

import NumberCell from "./NumberCell.vue";

const DEFAULT = 5;
let app: App | null = null;

afterEach(() => {
  app?.unmount();
  document.body.replaceChildren();
});

/** The field of a number that is never nothing: without one the default holds. */
function makeField() {
  const value = ref(3);
  const host = document.body.appendChild(document.createElement("div"));
  app = createApp(() =>
    h(NumberCell, { label: "limit", modelValue: value.value, "onUpdate:modelValue": (now: number | null) => (value.value = now ?? DEFAULT) }),
  );
  app.mount(host);
  const input = host.querySelector("input")!;
  input.focus();
  return { value, input };
}

async function type(input: HTMLInputElement, text: string): Promise<void> {
  input.value = text;
  input.dispatchEvent(new Event("input"));
  await nextTick();
}

test("a field that is cleared stays empty for the next number, and shows what holds when it is left", async () => {
  const { value, input } = makeField();
  await type(input, "");
  expect([value.value, input.value]).toEqual([DEFAULT, ""]);
  await type(input, "7");
  expect([value.value, input.value]).toEqual([7, "7"]);
  await type(input, "");
  input.blur();
  await nextTick();
  expect(input.value).toBe(String(DEFAULT));
});

test("the arrow keys count on from what holds, also in an empty field", async () => {
  const { input } = makeField();
  await type(input, "");
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp" }));
  await nextTick();
  expect(input.value).toBe(String(DEFAULT + 1));
});
