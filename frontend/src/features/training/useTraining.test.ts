import { expect, test } from "vitest";

import type { Training, TrainingProgress } from "./types";
import { newest, withProgress } from "./useTraining";

const training = (state: Training["state"]) => ({ id: 3, state, phase: "preparing", progress: 0, epoch: 0, seconds_left: null, epochs: 8 }) as Training;
const progress: TrainingProgress = { training: 3, phase: "training", progress: 0.5, epoch: 4, seconds_left: 60, points: [] };

test("progress moves a running training on", () => {
  expect(withProgress(training("running"), progress)).toMatchObject({ phase: "training", progress: 0.5, epoch: 4, seconds_left: 60, epochs: 8 });
});

test("progress that comes after the end changes nothing", () => {
  const ended = training("completed");
  expect(withProgress(ended, progress)).toBe(ended);
});

test("an answer that was overtaken by the end is left aside, that of a new attempt is not", () => {
  const ended = { ...training("completed"), attempt: 1 };
  expect(newest(ended, { ...training("running"), attempt: 1 })).toBe(ended);
  expect(newest({ ...ended, state: "failed" }, { ...training("queued"), attempt: 2 }).state).toBe("queued");
  expect(newest(null, ended)).toBe(ended);
});
