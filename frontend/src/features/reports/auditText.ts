import type { AuditEntry } from "./types";
import { serverWords } from "@/features/inspection/serverWords";
import { clock } from "@/format/time";

/** What is needed of the language: texts, and the names of rules. */
export interface Words {
  t: (key: string, values?: Record<string, string | number>) => string;
  te: (key: string) => boolean;
  ruleName: (rule: string) => string;
}

type Details = Record<string, unknown>;

const said = (details: Details, key: string): string => (typeof details[key] === "string" ? details[key] : "");

/** What was changed: `finding 3` as the server names it, in the words of the page. */
export function subjectText(subject: string, { t, te }: Words): string {
  const [kind = "", number = ""] = subject.split(" ");
  return te(`audit.subject.${kind}`) ? t(`audit.subject.${kind}`, { number }) : subject;
}

/** From what to what it was changed, and why. */
export function changeText({ action, details }: Pick<AuditEntry, "action" | "details">, words: Words): string {
  const parts = action === "finding_reviewed" || action === "finding_reopened" ? reviewParts(details, words) : editParts(details, words);
  const why = action === "finding_reopened" ? serverWords(said(details, "note")) : said(details, "note") || said(details, "reason");
  const digest = said(details, "sha256");
  const file = [said(details, "format").toUpperCase(), said(details, "language")].filter(Boolean).join(" ");
  return [...parts, why && `“${why}”`, file, digest && `SHA-256 ${digest.slice(0, 12)}…`].filter(Boolean).join(" · ");
}

function reviewParts(details: Details, { t, ruleName }: Words): string[] {
  const rule = said(details, "rule");
  const [from, to] = ["from", "to"].map((end) => t(`findings.state.${said(details, end)}`));
  return [`${rule} ${ruleName(rule)}`, `${from} → ${to}`];
}

function editParts(details: Details, { t }: Words): string[] {
  const [before, after] = [markText(details.before), markText(details.after)];
  if (!before && !after) return [];
  return [`${before || t("audit.nothing")} → ${after || t("audit.nothing")}`];
}

/** Times on the video's clock and the place in its picture. */
function markText(mark: unknown): string {
  const { start_s, end_s, u_px, v_px } = (mark ?? {}) as Record<string, unknown>;
  if (typeof start_s !== "number" || typeof end_s !== "number") return "";
  const place = typeof u_px === "number" && typeof v_px === "number" ? ` (${Math.round(u_px)}, ${Math.round(v_px)}) px` : "";
  return `${clock(start_s)} – ${clock(end_s)}${place}`;
}
