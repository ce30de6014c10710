import { expect, test } from "vitest";

import { withChange, withProgress, withSnapshot, type LiveState } from "./reduce";
import type { Progress } from "./events";
import type { FrameResult, Run, Video } from "@/api/types";

const run = (id: number, facts: Partial<Run> = {}) =>
  ({ id, state: "running", progress: 0.5, frames_done: 50, frames_total: 100, waiting_code: null, ...facts }) as Run;
const video = (id: number, state: Video["state"]) => ({ id, state }) as Video;
const latest = { pts_seconds: 7 } as FrameResult;

const state = (facts: Partial<LiveState> = {}): LiveState => ({
  status: "in_progress",
  run: run(3),
  videos: [video(1, "ready")],
  latest: null,
  ...facts,
});

const progress = (facts: Partial<Progress> = {}) =>
  ({ run: 3, state: "running", progress: 0.6, frames_done: 60, latest, ...facts }) as Progress;

test("a snapshot replaces everything, and keeps the newest frame of the same run", () => {
  const next = withSnapshot(state({ latest }), {
    project: { id: 9, status: "completed" },
    run: run(3, { state: "completed" }),
    videos: [],
  });
  expect(next).toEqual({ status: "completed", run: run(3, { state: "completed" }), videos: [], latest });
});

test("a snapshot with another run forgets the frame of the one before", () => {
  const next = withSnapshot(state({ latest }), { project: { id: 9, status: "in_progress" }, run: run(4), videos: [] });
  expect(next.latest).toBeNull();
});

test("progress moves its run on and ends its waiting", () => {
  const next = withProgress(state({ run: run(3, { waiting_code: "starting" }) }), progress());
  expect(next.run).toMatchObject({ progress: 0.6, frames_done: 60, frames_total: 100, waiting_code: null });
  expect(next.latest).toBe(latest);
});

test("progress of another run changes nothing", () => {
  const before = state();
  expect(withProgress(before, progress({ run: 2 }))).toBe(before);
});

test("progress that was overtaken changes nothing", () => {
  const ended = state({ run: run(3, { state: "completed", frames_done: 100 }) });
  expect(withProgress(ended, progress())).toBe(ended);
  const further = state({ run: run(3, { frames_done: 70 }) });
  expect(withProgress(further, progress())).toBe(further);
});

test("progress without a frame keeps the last one", () => {
  expect(withProgress(state({ latest }), progress({ latest: null })).latest).toBe(latest);
});

test("a newer run takes the place of an older one, never the other way round", () => {
  expect(withChange(state(), { run: run(4) }).run?.id).toBe(4);
  const before = state();
  expect(withChange(before, { run: run(2) })).toBe(before);
});

test("videos are added, changed and removed by id", () => {
  const added = withChange(state(), { video: video(2, "checking") });
  expect(added.videos.map(({ id }) => id)).toEqual([1, 2]);
  const changed = withChange(added, { video: video(2, "rejected") });
  expect(changed.videos[1]?.state).toBe("rejected");
  expect(withChange(changed, { video_removed: 1 }).videos.map(({ id }) => id)).toEqual([2]);
});

test("the project's status follows", () => {
  expect(withChange(state(), { project: { id: 9, status: "failed" } }).status).toBe("failed");
});

test("news of a report is about nothing that is kept here", () => {
  const before = state();
  expect(withChange(before, { report: { id: 1, state: "completed" } })).toBe(before);
});
