import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApp, nextTick, type App } from "vue";

import { readDraft, writeDraft } from "./drafts";
import { useLabelling, type Labelling } from "./useLabelling";
import type { Me } from "@/api/types";
import { useSession } from "@/features/auth/session";
import * as api from "@/features/datasets/api";
import type { DatasetImage, LabelBox, Neighbours } from "@/features/datasets/types";

vi.mock("@/features/datasets/api");

const [FIRST, SECOND, THIRD] = [1, 2, 3].map((left): LabelBox => ({ label: "worker", box: [left, 0, 9, 9] })) as [LabelBox, LabelBox, LabelBox];

/** Answers of the server to saves, given when the test says so. */
let answers: ((saved: DatasetImage) => void)[] = [];
let app: App;

const image = (id: number, revision: number, boxes: LabelBox[]): DatasetImage => ({ id, revision, boxes, state: "labelled" }) as DatasetImage;

async function opened(user: number): Promise<Labelling> {
  useSession().me = { id: user } as Me;
  let labelling!: Labelling;
  app = createApp({ setup: () => ((labelling = useLabelling(1, () => ({}))), () => null) });
  app.mount(document.createElement("div"));
  await labelling.open(7);
  return labelling;
}

const draw = (labelling: Labelling, box: LabelBox): void => labelling.history.change((present) => void present.push(box));

async function answer(saved: DatasetImage): Promise<void> {
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  answers.shift()?.(saved);
}

beforeEach(() => {
  setActivePinia(createPinia());
  answers = [];
  vi.mocked(api.getImage).mockImplementation((_, id) => Promise.resolve(image(id, 0, [])));
  vi.mocked(api.getNeighbours).mockResolvedValue({ before: [], after: [] } as unknown as Neighbours);
  vi.mocked(api.putLabels).mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
});

afterEach(() => {
  vi.clearAllMocks();
  localStorage.clear();
});

test("a box that is drawn while a save is on its way is saved before the page goes on", async () => {
  const labelling = await opened(1);
  draw(labelling, FIRST);
  const saving = labelling.save("labelled");
  draw(labelling, SECOND);
  await answer(image(7, 1, [FIRST]));
  await answer(image(7, 2, [FIRST, SECOND]));
  expect(await saving).toBe(true);
  expect(vi.mocked(api.putLabels).mock.calls.map(([, , words]) => [words.revision, words.boxes])).toEqual([
    [0, [FIRST]],
    [1, [FIRST, SECOND]],
  ]);
  await nextTick();
  expect(labelling.isDirty.value).toBe(false);
  expect(readDraft(1, 7)).toBeNull();
});

test("what was drawn before somebody left a picture that is being saved waits for them there", async () => {
  const labelling = await opened(1);
  draw(labelling, FIRST);
  const saving = labelling.save("labelled");
  draw(labelling, SECOND);
  await labelling.open(8);
  draw(labelling, THIRD);
  await answer(image(7, 1, [FIRST]));
  expect(await saving).toBe(true);
  expect(api.putLabels).toHaveBeenCalledTimes(1);
  expect(readDraft(1, 7)).toEqual({ revision: 1, boxes: [FIRST, SECOND] });
  await nextTick();
  expect(readDraft(1, 8)?.boxes).toEqual([THIRD]);

  vi.mocked(api.getImage).mockResolvedValue(image(7, 1, [FIRST]));
  await labelling.open(7);
  expect(labelling.boxes.value).toEqual([FIRST, SECOND]);
  expect(labelling.theirs.value).toBeNull();
});

test("a picture that was left while all of it was being saved has no draft", async () => {
  const labelling = await opened(1);
  draw(labelling, FIRST);
  const saving = labelling.save("labelled");
  await labelling.open(8);
  await answer(image(7, 1, [FIRST]));
  expect(await saving).toBe(true);
  expect(readDraft(1, 7)).toBeNull();
});

test("what was drawn before the page was left while it was being saved waits for the next visit", async () => {
  const labelling = await opened(1);
  draw(labelling, FIRST);
  const saving = labelling.save("labelled");
  draw(labelling, SECOND);
  await nextTick();
  app.unmount();
  await answer(image(7, 1, [FIRST]));
  await saving;
  expect(api.putLabels).toHaveBeenCalledTimes(1);
  expect(readDraft(1, 7)).toEqual({ revision: 1, boxes: [FIRST, SECOND] });
});

test("the own boxes of a picture are not skipped because the picture before was", async () => {
  writeDraft(1, 8, { revision: 0, boxes: [SECOND] });
  const labelling = await opened(1);
  const skipping = labelling.save("skipped");
  await answer(image(7, 1, []));
  await skipping;
  vi.mocked(api.getImage).mockResolvedValue(image(8, 1, [FIRST]));
  await labelling.open(8);
  void labelling.saveMine();
  expect(vi.mocked(api.putLabels).mock.calls.map(([, id, words]) => [id, words.state])).toEqual([[7, "skipped"], [8, "labelled"]]);
});

test("another person at the same browser does not get the draft", async () => {
  draw(await opened(1), FIRST);
  await nextTick();
  expect((await opened(2)).boxes.value).toEqual([]);
  expect((await opened(1)).boxes.value).toEqual([FIRST]);
});
