import type { Insertion, InsertionGrade } from "@/features/inspection/types";

export interface InsertionFilter {
  grade: InsertionGrade | "";
  origin: Insertion["origin"] | "hand" | "";
  video: number | null;
}

export const NO_FILTER: InsertionFilter = { grade: "", origin: "", video: null };

export function matching(insertions: readonly Insertion[], filter: InsertionFilter): Insertion[] {
  return insertions.filter(
    (one) =>
      (filter.grade === "" || one.grade === filter.grade) &&
      (filter.origin === "" || (filter.origin === "hand" ? one.origin !== "detected" : one.origin === filter.origin)) &&
      (filter.video === null || one.video === filter.video),
  );
}
