import type { DatasetVersion, TrainingRequest } from "./types";
import { knownAs } from "@/features/detectors/labels";
import type { Detector } from "@/features/detectors/types";

/** Published sizes of D-FINE, and one for small things; from the cheapest on. */
export const SIZES = ["nano", "nano-fine", "small", "medium", "large", "xlarge"] as const;
export type Size = (typeof SIZES)[number];

export type Pixels = readonly [width: number, height: number];

/** What of a training can be chosen. */
export interface Choice {
  size: Size;
  imageSize: Pixels;
  epochs: number;
  batch: number;
  rate: number;
  patience: number | null;
  seed: number;
}

const STRIDE = 32;
export const IMAGE_SIZES: readonly Pixels[] = [
  [320, 192],
  [512, 288],
  [640, 384],
  [960, 544],
  [1280, 736],
];

/** Names a size of pictures where only texts will do. */
export const pixelsKey = ([width, height]: Pixels): string => `${width}x${height}`;

/** Those to choose from: the usual ones, and that of the detector to begin with. */
export function imageSizes(base: Detector | null): Pixels[] {
  const own = ownSize(base);
  const isNew = own && !IMAGE_SIZES.some((one) => pixelsKey(one) === pixelsKey(own));
  return (isNew ? [own, ...IMAGE_SIZES] : [...IMAGE_SIZES]).sort((one, other) => one[0] * one[1] - other[0] * other[1]);
}

function ownSize(base: Detector | null): Pixels | null {
  const [width = 0, height = 0] = base?.input_size ?? [];
  return width > 0 && height > 0 && width % STRIDE === 0 && height % STRIDE === 0 ? [width, height] : null;
}

/**
 * Good beginnings: who goes on from a detector is done sooner. It learns as fast as from scratch, for another camera shows it
 * another world (`benchmarks/few_pictures.py`); should it forget, the best epoch is the one that is kept.
 */
export function proposedChoice(base: Detector | null): Choice {
  return {
    size: "nano",
    imageSize: ownSize(base) ?? [640, 384],
    epochs: base ? 30 : 100,
    batch: 8,
    rate: 4e-4,
    patience: 15,
    seed: 1,
  };
}

export const trainCount = (version: DatasetVersion): number => version.splits.train ?? 0;
export const judgedCount = (version: DatasetVersion): number => version.splits.val ?? 0;

/** What can be learned: of the other classes nobody drew a box in the pictures to learn from. */
export const learnableClasses = ({ classes, train_boxes: counts }: DatasetVersion): string[] =>
  classes.filter((name) => counts === null || (counts[name] ?? 0) > 0);

/** How often the weights will be changed. */
export function stepCount(version: DatasetVersion, choice: Choice): number {
  return choice.epochs * Math.ceil(trainCount(version) / choice.batch);
}

export function requestOf(name: string, version: DatasetVersion, classes: string[], base: Detector | null, choice: Choice): TrainingRequest {
  // Without pictures to judge on nobody could tell when it no longer gets better.
  const hasPatience = choice.patience !== null && judgedCount(version) > 0;
  return {
    name,
    version: version.id,
    classes,
    base: base?.id ?? null,
    ...(base === null && { size: choice.size }),
    image_size: [...choice.imageSize],
    epochs: choice.epochs,
    batch_size: choice.batch,
    learning_rate: choice.rate,
    seed: choice.seed,
    ...(hasPatience && choice.patience !== null && { patience: choice.patience }),
  };
}

/** The kinds of detectors whose weights can be learned further. */
const TRAINABLE_KINDS = ["dfine"];

export const trainableDetectors = (detectors: readonly Detector[]): Detector[] =>
  detectors.filter((one) => TRAINABLE_KINDS.includes(one.kind) && one.has_file && one.state !== "retired");

/** The one to go on from: what is active for this work, else the first there is. */
export function proposedBase(trainable: readonly Detector[], classes: readonly string[]): Detector | null {
  const shared = (one: Detector): number => one.classes.filter((label) => knownAs(label, classes)).length;
  const best = [...trainable].sort((one, other) => shared(other) - shared(one) || Number(other.state === "active") - Number(one.state === "active"));
  return best[0] ?? null;
}

export const hasOtherClasses = (base: Detector, classes: readonly string[]): boolean =>
  base.classes.join("\n") !== classes.join("\n");

/** A name that no detector has yet. */
export function freeName(stem: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  let name = stem;
  for (let number = 2; used.has(name.toLowerCase()); number += 1) name = `${stem} ${number}`;
  return name;
}
