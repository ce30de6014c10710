import type { Finding, FindingState, Insertion, Severity } from "@/features/inspection/types";

export const STATES: readonly FindingState[] = [
  "to_review",
  "confirmed",
  "false_alarm",
  "notified",
  "rectified",
  "closed",
];

/** What may follow a state; every one can go back to review. */
export const MOVES: Readonly<Record<FindingState, readonly FindingState[]>> = {
  to_review: ["confirmed", "false_alarm"],
  confirmed: ["notified", "to_review"],
  false_alarm: ["to_review"],
  notified: ["rectified", "to_review"],
  rectified: ["closed", "to_review"],
  closed: ["to_review"],
};

export const mayMove = (from: FindingState, to: FindingState): boolean => MOVES[from].includes(to);
export const needsNote = (to: FindingState): boolean => to === "false_alarm";

export interface FindingFilter {
  rule: string;
  severity: Severity | "";
  state: FindingState | "";
  video: number | null;
  lift: number | null;
  search: string;
}

export const NO_FILTER: FindingFilter = { rule: "", severity: "", state: "", video: null, lift: null, search: "" };

/** What a search looks at: the number, the rule and its name, and what people and the analysis noted. */
function isFound(finding: Finding, words: string, ruleName: (id: string) => string): boolean {
  const { number, rule, note, review_note } = finding;
  const text = `#${number} ${rule} ${ruleName(rule)} ${note} ${review_note}`.toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}

export function matchingFindings(
  findings: readonly Finding[],
  filter: FindingFilter,
  ruleName: (id: string) => string,
): Finding[] {
  const words = filter.search.trim().toLowerCase();
  return findings.filter(
    (one) =>
      (filter.rule === "" || one.rule === filter.rule) &&
      (filter.severity === "" || one.severity === filter.severity) &&
      (filter.state === "" || one.state === filter.state) &&
      (filter.video === null || one.video === filter.video) &&
      (filter.lift === null || one.lift === filter.lift) &&
      (words === "" || isFound(one, words, ruleName)),
  );
}

/** How much of its insertions was seen, at the worst; null where it is about none. */
export function observedRatio(finding: Pick<Finding, "insertions">, insertions: readonly Insertion[]): number | null {
  const seen = insertions.filter(({ id }) => finding.insertions.includes(id)).map((one) => one.observed_ratio);
  return seen.length > 0 ? Math.min(...seen) : null;
}

export function counted<K extends string>(findings: readonly Finding[], key: (one: Finding) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const one of findings) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1);
  return counts;
}

/** The one `step` further in the list; from nowhere the first one, and never beyond the ends. */
export function neighbour(findings: readonly Finding[], chosen: number | null, step: 1 | -1): Finding | null {
  const at = findings.findIndex((one) => one.id === chosen);
  if (at < 0) return findings[0] ?? null;
  return findings[Math.min(findings.length - 1, Math.max(0, at + step))] ?? null;
}

/** The next one that waits for a verdict, after the chosen one and then from the beginning. */
export function nextToReview(findings: readonly Finding[], chosen: number | null): Finding | null {
  const at = findings.findIndex((one) => one.id === chosen);
  const inTurn = [...findings.slice(at + 1), ...findings.slice(0, Math.max(0, at))];
  return inTurn.find((one) => one.state === "to_review") ?? null;
}

export type ReviewDeed = "next" | "previous" | "confirm" | "false_alarm" | "reopen" | "play" | "help";

export function deedOf(key: string): ReviewDeed | undefined {
  const deeds: Record<string, ReviewDeed> = {
    j: "next",
    ArrowDown: "next",
    k: "previous",
    ArrowUp: "previous",
    c: "confirm",
    f: "false_alarm",
    u: "reopen",
    " ": "play",
    "?": "help",
  };
  return deeds[key];
}
