import { afterEach, expect, test } from "vitest";

import { normalised } from "./document";
import { readDraft, writeDraft } from "./draftStorage";

afterEach(() => localStorage.clear());

test("a draft comes back for its own project and person only", () => {
  const draft = { based_on: 3, site: normalised({ radius_m: 0.3 }), note: "lift 2" };
  writeDraft(1, 7, draft);
  expect(readDraft(1, 7)).toEqual(draft);
  expect(readDraft(1, 8)).toBeNull();
  expect(readDraft(2, 7)).toBeNull();
  writeDraft(2, 7, null);
  expect(readDraft(1, 7)).toEqual(draft);
});
