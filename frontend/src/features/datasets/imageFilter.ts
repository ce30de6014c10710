import type { LocationQuery } from "vue-router";

import { IMAGE_STATES, SPLITS, type ImageState, type Split } from "./types";

/** Which pictures of a dataset are shown; the address of a page carries it. */
export interface ImageFilter {
  state?: ImageState;
  split?: Split;
  video?: number;
  label?: string;
}

const one = <T extends string>(value: unknown, known: readonly T[]): T | undefined =>
  known.find((option) => option === value);

/** Reads what an address says and leaves out what it should not. */
export function filterFrom(query: LocationQuery): ImageFilter {
  const video = Number(query.video);
  const filter: ImageFilter = {
    state: one(query.state, IMAGE_STATES),
    split: one(query.split, SPLITS),
    video: Number.isSafeInteger(video) && video > 0 ? video : undefined,
    label: typeof query.label === "string" && query.label ? query.label : undefined,
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

export const isFiltered = (filter: ImageFilter): boolean => Object.keys(filter).length > 0;
