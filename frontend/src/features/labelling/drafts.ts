import type { LabelBox } from "@/features/datasets/types";

/** Boxes that somebody drew and did not save yet, and on which revision of the picture they build. */
export interface Draft {
  revision: number;
  boxes: LabelBox[];
}

/** A browser may be shared: nobody gets to see, and to save, what another person drew. */
const key = (user: number, image: number): string => `cvd.label.${user}.${image}`;

function isBox(value: unknown): value is LabelBox {
  if (value === null || typeof value !== "object") return false;
  const { label, box } = value as Partial<LabelBox>;
  return typeof label === "string" && Array.isArray(box) && box.length === 4 && box.every(Number.isFinite);
}

function isDraft(value: unknown): value is Draft {
  if (value === null || typeof value !== "object") return false;
  const { revision, boxes } = value as Partial<Draft>;
  return typeof revision === "number" && Array.isArray(boxes) && boxes.every(isBox);
}

export function readDraft(user: number, image: number): Draft | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key(user, image)) ?? "null");
    return isDraft(value) ? value : null;
  } catch {
    return null; // not ours, or cut off
  }
}

/** False where the browser keeps nothing: a private window, or a full store. */
export function writeDraft(user: number, image: number, draft: Draft | null): boolean {
  try {
    if (draft) localStorage.setItem(key(user, image), JSON.stringify(draft));
    else localStorage.removeItem(key(user, image));
    return true;
  } catch {
    return false;
  }
}
