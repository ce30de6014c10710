import { expect, test } from "vitest";

import { freeName, hasOtherClasses, imageSizes, learnableClasses, pixelsKey, proposedBase, proposedChoice, requestOf, stepCount, trainableDetectors } from "./recipe";
import type { DatasetVersion } from "./types";
import type { Detector } from "@/features/detectors/types";

const version = (splits: Record<string, number>) => ({ id: 7, splits }) as unknown as DatasetVersion;
const base = (input_size: number[] | null) => ({ id: 3, input_size }) as unknown as Detector;

test("who goes on from a detector keeps its input and is done sooner", () => {
  expect(proposedChoice(base([512, 288]))).toMatchObject({ imageSize: [512, 288], epochs: 30 });
  expect(proposedChoice(null)).toMatchObject({ imageSize: [640, 384], epochs: 100 });
  expect(proposedChoice(base([500, 300])).imageSize).toEqual([640, 384]);
});

test("the base's own input is among the sizes to choose from, once and in order", () => {
  const keys = imageSizes(base([416, 416])).map(pixelsKey);
  expect(keys).toEqual(["320x192", "512x288", "416x416", "640x384", "960x544", "1280x736"]);
  expect(imageSizes(base([512, 288]))).toHaveLength(5);
});

test("steps are whole batches of the pictures to learn from", () => {
  expect(stepCount(version({ train: 21, val: 9 }), { ...proposedChoice(null), epochs: 4, batch: 8 })).toBe(12);
});

test("a size is only asked for from scratch, patience only with pictures to judge on", () => {
  const scratch = requestOf("new", version({ train: 9, val: 3 }), ["worker"], null, proposedChoice(null));
  expect(scratch).toMatchObject({ version: 7, classes: ["worker"], base: null, size: "nano", patience: 15, image_size: [640, 384] });
  const further = requestOf("new", version({ train: 9 }), ["worker"], base([512, 288]), proposedChoice(base([512, 288])));
  expect(further.base).toBe(3);
  expect(further).not.toHaveProperty("size");
  expect(further).not.toHaveProperty("patience");
});

test("only what was drawn in pictures to learn from can be learned, where that was counted", () => {
  const counted = (train_boxes: Record<string, number> | null) => ({ classes: ["worker", "vibrator_in"], train_boxes }) as unknown as DatasetVersion;
  expect(learnableClasses(counted({ worker: 12, vibrator_in: 0 }))).toEqual(["worker"]);
  expect(learnableClasses(counted(null))).toEqual(["worker", "vibrator_in"]);
});

const detector = (name: string, facts: object) => ({ name, kind: "dfine", has_file: true, state: "candidate", classes: ["worker"], ...facts }) as unknown as Detector;

test("the detector to begin with is the one that knows most of the classes, and is active", () => {
  const all = [
    detector("hog", { kind: "hog", has_file: false, state: "active" }),
    detector("old", { state: "retired" }),
    detector("people", {}),
    detector("pours", { classes: ["worker", "vibrator_in"] }),
    detector("starter", { classes: ["worker", "vibrator_in"], state: "active" }),
  ];
  const trainable = trainableDetectors(all);
  expect(trainable.map((one) => one.name)).toEqual(["people", "pours", "starter"]);
  expect(proposedBase(trainable, ["worker", "vibrator_in"])?.name).toBe("starter");
  expect(proposedBase([], ["worker"])).toBeNull();
  expect(hasOtherClasses(trainable[0] as Detector, ["worker"])).toBe(false);
  expect(hasOtherClasses(trainable[0] as Detector, ["worker", "vest"])).toBe(true);
});

test("a proposed name is free, whatever its case", () => {
  expect(freeName("Pours v1", ["hog"])).toBe("Pours v1");
  expect(freeName("Pours v1", ["pours V1", "Pours v1 2"])).toBe("Pours v1 3");
});
