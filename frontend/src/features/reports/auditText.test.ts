import { expect, test } from "vitest";

import { changeText, subjectText, type Words } from "./auditText";

const KNOWN = ["audit.subject.finding"];
const words: Words = {
  t: (key, values) => (values ? `${key} ${values.number}` : key),
  te: (key) => KNOWN.includes(key),
  ruleName: (rule) => (rule === "V01" ? "Under-vibrated point" : ""),
};

test("a review says from which state to which, and why", () => {
  const details = { rule: "V01", from: "to_review", to: "false_alarm", note: "hose in front" };
  expect(changeText({ action: "finding_reviewed", details }, words)).toBe(
    "V01 Under-vibrated point · findings.state.to_review → findings.state.false_alarm · “hose in front”",
  );
});

test("a correction says what there was before, and what there is now", () => {
  const mark = { start_s: 61, end_s: 75.5, u_px: 240.4, v_px: 199.6 };
  const added = { before: null, after: mark, reason: "seen by eye" };
  expect(changeText({ action: "insertion_add", details: added }, words)).toBe(
    "audit.nothing → 01:01.0 – 01:15.5 (240, 200) px · “seen by eye”",
  );
});

test("a saved site says its digest, and nothing of what is empty", () => {
  const details = { note: "", sha256: "dcdf54d1e4b9f84c" };
  expect(changeText({ action: "site_saved", details }, words)).toBe("SHA-256 dcdf54d1e4b9…");
});

test("what was changed is named in the words of the page, or as the server does", () => {
  expect(subjectText("finding 3", words)).toBe("audit.subject.finding 3");
  expect(subjectText("weather 3", words)).toBe("weather 3");
});

test("a finding that got worse says what was reviewed and what is measured now", () => {
  const note = "Measured anew: 94 (info, violation) -> 40 (info, violation), limit 95, in %.";
  const details = { rule: "V01", from: "false_alarm", to: "to_review", note };
  expect(changeText({ action: "finding_reopened", details }, words)).toBe(
    "V01 Under-vibrated point · findings.state.false_alarm → findings.state.to_review · “Measured anew: 94 (Information, violation) → 40 (Information, violation), limit 95 %”",
  );
  // What a person wrote is theirs.
  const typed = { ...details, note: "pour" };
  expect(changeText({ action: "finding_reviewed", details: typed }, words)).toContain("“pour”");
});

test("a deleted record says what it was", () => {
  const details = { format: "pdf", language: "zh", sha256: "dcdf54d1e4b9f84c" };
  expect(changeText({ action: "report_deleted", details }, words)).toBe("PDF zh · SHA-256 dcdf54d1e4b9…");
});
