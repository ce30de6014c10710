import type { components } from "@/api/schema";
import type { Tone } from "@/ui/StatusBadge.vue";

type Schemas = components["schemas"];

export type Detector = Schemas["Detector"];
export type DetectorImport = Schemas["DetectorImport"];
export type DetectorExport = Schemas["DetectorExport"];
export type CatalogueEntry = Schemas["CatalogueEntry"];
export type EvaluationSet = Schemas["EvaluationSet"];
export type Evaluation = Schemas["Evaluation"];
export type Comparison = Schemas["Comparison"];
export type ComparisonRow = Schemas["ComparisonRow"];
export type Promotion = Schemas["Promotion"];
export type Purpose = Detector["purpose"];

export const PURPOSES: Purpose[] = ["vibration", "people", "gear", "other"];

const LABELS_OF: readonly [Purpose, readonly string[]][] = [
  ["vibration", ["vibrator_in", "vibrator_out"]],
  ["gear", ["helmet", "no_helmet", "vest", "no_vest"]],
  ["people", ["worker", "person"]],
];

/** What a detector that gives these labels is for: the narrowest, as the registry has it. */
export const purposeOf = (labels: readonly string[]): Purpose =>
  LABELS_OF.find(([, of]) => of.some((label) => labels.includes(label)))?.[0] ?? "other";

export const DETECTOR_TONES: Record<Detector["state"], Tone> = {
  candidate: "neutral",
  active: "good",
  retired: "warn",
};
