import { afterEach, expect, test, vi } from "vitest";

import { readDraft, writeDraft } from "./drafts";

const DRAFT = { revision: 3, boxes: [{ label: "worker", box: [1, 2, 3, 4] }] };

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

test("a draft comes back for its own picture and person until it is taken away", () => {
  expect(writeDraft(1, 7, DRAFT)).toBe(true);
  expect(readDraft(1, 7)).toEqual(DRAFT);
  expect(readDraft(1, 8)).toBeNull();
  expect(readDraft(2, 7)).toBeNull();
  writeDraft(2, 7, null);
  expect(readDraft(1, 7)).toEqual(DRAFT);
  writeDraft(1, 7, null);
  expect(readDraft(1, 7)).toBeNull();
});

test("what is no draft is not taken for one", () => {
  for (const text of ["{", "3", '{"revision":1}', '{"revision":1,"boxes":[{"label":"a","box":[1,2,3]}]}']) {
    localStorage.setItem("cvd.label.1.7", text);
    expect(readDraft(1, 7)).toBeNull();
  }
});

test("a browser that keeps nothing says so", () => {
  const setItem = (): void => {
    throw new DOMException("full", "QuotaExceededError");
  };
  vi.stubGlobal("localStorage", { setItem });
  expect(writeDraft(1, 7, DRAFT)).toBe(false);
});
