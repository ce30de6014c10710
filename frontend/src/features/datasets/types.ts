import type { components } from "@/api/schema";
import type { Tone } from "@/ui/StatusBadge.vue";

type Schemas = components["schemas"];

export type Dataset = Schemas["Dataset"];
export type DatasetImage = Schemas["DatasetImage"];
export type DatasetTask = Schemas["DatasetTask"];
export type DatasetVersion = Schemas["DatasetVersion"];
export type FollowedBox = Schemas["FollowedBox"];
export type LabelBox = Schemas["LabelBox"];
export type Neighbours = Schemas["Neighbours"];
export type Problem = Schemas["Problem"];
export type Statistics = Schemas["Statistics"];
export type SplitWish = Schemas["SplitWishRequest"];
export type FramesWish = Schemas["FramesRequest"];
export type ImportFormat = Schemas["ImportWishFormatEnum"];
export type ImageState = DatasetImage["state"];
export type Split = Exclude<DatasetImage["split"], "">;

export const IMAGE_STATES: ImageState[] = ["unlabelled", "prelabelled", "labelled", "skipped"];
export const SPLITS: Split[] = ["train", "val", "test"];
export const IMPORT_FORMATS: ImportFormat[] = ["coco", "yolo", "pictures"];

export const IMAGE_TONES: Record<ImageState, Tone> = {
  unlabelled: "neutral",
  prelabelled: "warn",
  labelled: "good",
  skipped: "bad",
};

/** What rules and plans understand; offered first when a dataset is made. */
export const DOMAIN_LABELS = ["worker", "vibrator_in", "vibrator_out", "helmet", "no_helmet", "vest", "no_vest"];

export const personName = (person: Schemas["PersonBrief"] | null): string =>
  person ? person.display_name || person.username : "";
