import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApp, h, ref, type App } from "vue";

import { provideReview, type Review } from "./useReview";
import type { FindingDetail } from "@/features/inspection/types";
import { provideInspection } from "@/features/inspection/useInspection";
import { provideSelection } from "@/features/player/selection";
import { i18n } from "@/i18n";

const finding = (id: number, facts: Partial<FindingDetail> = {}) => ({
  id,
  rule: "V01",
  state: "to_review",
  revision: 1,
  video: 1,
  start_s: id,
  insertions: [],
  evidence: { state: "none", files: [] },
  history: [],
  note: "",
  review_note: "",
  ...facts,
});

/** What the server knows; a review moves it, and refuses an old revision. */
let known: ReturnType<typeof finding>[] = [];
let posted: unknown[] = [];
let app: App | null = null;

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const id = Number(/findings\/(\d+)\//.exec(pathname)?.[1]);
  const found = known.find((one) => one.id === id);
  if (found && request.method === "POST") {
    const wanted = (await request.json()) as { state: FindingDetail["state"]; note: string; revision: number };
    posted.push(wanted);
    if (wanted.revision !== found.revision) {
      return Response.json({ code: "finding_changed", message: "", fields: {} }, { status: 409 });
    }
    Object.assign(found, { state: wanted.state, review_note: wanted.note, revision: found.revision + 1 });
  }
  if (found) return Response.json(found);
  if (pathname.endsWith("/findings/")) return Response.json({ next: null, results: known });
  return Response.json(pathname.endsWith("/rules/") ? { rules: [] } : []);
}

beforeEach(() => {
  posted = [];
  known = [finding(1), finding(2), finding(3)];
  vi.stubGlobal("fetch", answer);
});
afterEach(() => {
  app?.unmount();
  vi.unstubAllGlobals();
});

async function open(): Promise<Review> {
  let review: Review | undefined;
  const panel = {
    setup() {
      review = provideReview(9, () => true);
      return () => h("div");
    },
  };
  app = createApp({
    setup() {
      provideSelection();
      provideInspection(9, ref(0));
      return () => h(panel);
    },
  }).use(i18n);
  app.mount(document.createElement("div"));
  if (!review) throw new Error("not set up");
  const made = review;
  await vi.waitUntil(() => made.all.value.length === 3);
  return made;
}

async function choose(review: Review, id: number): Promise<void> {
  review.choose(review.all.value.find((one) => one.id === id) ?? null);
  await vi.waitUntil(() => review.detail.value?.id === id);
}

test("a verdict is saved, and the next one that waits comes up", async () => {
  const review = await open();
  await choose(review, 2);
  await review.give("confirmed");
  expect(posted).toEqual([{ state: "confirmed", note: "", revision: 1 }]);
  expect(review.all.value.map((one) => one.state)).toEqual(["to_review", "confirmed", "to_review"]);
  await vi.waitUntil(() => review.detail.value?.id === 3);
});

test("a false alarm asks for its note before anything is sent", async () => {
  const review = await open();
  await choose(review, 1);
  await review.give("false_alarm");
  expect(posted).toEqual([]);
  expect(review.verdict.value).toBe("false_alarm");
  review.note.value = " a hose ";
  await review.give("false_alarm");
  expect(posted).toEqual([{ state: "false_alarm", note: "a hose", revision: 1 }]);
  expect(review.verdict.value).toBeNull();
});

test("a move that the state does not allow is not even asked for", async () => {
  const review = await open();
  await choose(review, 1);
  await review.give("closed");
  expect(posted).toEqual([]);
});

test("who was too late is shown what the other one did, and loses nothing that was typed", async () => {
  const review = await open();
  await choose(review, 1);
  Object.assign(known[0] ?? {}, { state: "false_alarm", review_note: "theirs", revision: 2 });
  review.note.value = "mine";
  await review.give("confirmed");
  expect(review.conflict.value).toMatchObject({ state: "false_alarm", review_note: "theirs" });
  expect(review.detail.value).toMatchObject({ revision: 2, state: "false_alarm" });
  expect(review.all.value[0]?.state).toBe("false_alarm");
  expect(review.note.value).toBe("mine");
});

test("the answer to a verdict leaves alone what is typed about the next finding by then", async () => {
  const review = await open();
  await choose(review, 1);
  let answerNow = (): void => {};
  const held = new Promise<void>((resolve) => (answerNow = resolve));
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "POST") await held;
    return answer(request);
  });
  const giving = review.give("confirmed");
  await choose(review, 2);
  review.note.value = "a hose";
  answerNow();
  await giving;
  expect(review.all.value[0]?.state).toBe("confirmed");
  expect([review.chosen.value?.id, review.note.value]).toEqual([2, "a hose"]);
});
