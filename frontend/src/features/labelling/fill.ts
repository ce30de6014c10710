import type { DatasetImage, Neighbours } from "@/features/datasets/types";

export type Gap = NonNullable<Neighbours["gap_before"]>;

/**
 * Which pictures "fill in between" fills, seen from one of them. A labelled one, or one whose boxes are about
 * to be saved, is the end of a gap; any other one lies in a gap between two labelled ones. Null for none.
 */
export function gapToFill(
  image: Pick<DatasetImage, "state">,
  isDirty: boolean,
  { gap_before: before, gap_after: after }: Pick<Neighbours, "gap_before" | "gap_after">,
): Gap | null {
  if (image.state === "labelled" || isDirty) return [before, after].find((gap) => gap !== null && gap.count > 0) ?? null;
  if (!before || !after || image.state === "skipped") return null;
  return { first: before.first, last: after.last, count: before.count + after.count + 1 };
}
