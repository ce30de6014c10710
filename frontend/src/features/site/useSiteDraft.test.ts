import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApp, nextTick } from "vue";

import * as api from "./api";
import { normalised } from "./document";
import { readDraft, writeDraft } from "./draftStorage";
import { useSiteDraft, type SiteDraft } from "./useSiteDraft";
import type { Me } from "@/api/types";
import { useSession } from "@/features/auth/session";

vi.mock("./api");

const DRAFT = { based_on: 2, site: normalised({ radius_m: 0.3 }), note: "" };

async function loaded(mayEdit: boolean): Promise<SiteDraft> {
  let draft!: SiteDraft;
  createApp({ setup: () => ((draft = useSiteDraft(7, () => mayEdit)), () => null) }).mount(document.createElement("div"));
  await draft.load();
  await nextTick();
  return draft;
}

beforeEach(() => {
  setActivePinia(createPinia());
  useSession().me = { id: 1 } as Me;
  vi.mocked(api.getSite).mockResolvedValue({ version: 2, site: {} } as api.SiteVersion);
  writeDraft(1, 7, DRAFT);
});
afterEach(() => localStorage.clear());

test("what was typed is brought back to who may go on with it", async () => {
  const draft = await loaded(true);
  expect(draft.wasRestored.value).toBe(true);
  expect(draft.shown.value.radius_m).toBe(0.3);
});

test("a viewer sees what is saved, and what was typed before waits", async () => {
  const draft = await loaded(false);
  expect(draft.isDirty.value).toBe(false);
  expect(readDraft(1, 7)).toEqual(DRAFT);
});
