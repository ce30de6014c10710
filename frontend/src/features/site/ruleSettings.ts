import type { RuleBook, RuleFacts } from "./api";
import type { RuleOverrides, RuleValue, SiteDocument } from "./document";

export const SEVERITIES = ["status", "info", "minor", "major"] as const;

/** The unit at the end of a parameter's name; the longer ones first. */
const UNITS: [suffix: string, unit: string][] = [
  ["_m_s", "m/s"],
  ["_m2", "m²"],
  ["_pct", "%"],
  ["_deg", "°"],
  ["_px", "px"],
  ["_min", "min"],
  ["_s", "s"],
  ["_m", "m"],
];

export const unitOf = (parameter: string): string => UNITS.find(([suffix]) => parameter.endsWith(suffix))?.[1] ?? "";

/** On what a rule rests, in the reader's language; nothing where the site sets it. */
export const sourceOf = (rule: RuleFacts, locale: string): string => (locale === "zh-CN" ? rule.source_zh : rule.source);

/** What holds without a word of the site: the rule's own numbers, and those of the profile. */
export function defaultsOf(book: RuleBook, rule: RuleFacts, profile: string): Record<string, RuleValue> {
  return { ...rule.parameters, ...book.profiles[profile]?.rules[rule.id] };
}

export const overrideOf = (rules: RuleOverrides, rule: string, name: string): RuleValue | undefined => rules[rule]?.[name];

/** Sets one value of a rule; one that says what holds anyway is left out, so that profiles keep their effect. */
export function setRule(site: SiteDocument, rule: string, name: string, value: RuleValue, byDefault: RuleValue): void {
  const own = { ...site.rules[rule], [name]: value };
  if (value === byDefault) delete own[name];
  site.rules = { ...site.rules, [rule]: own };
  if (Object.keys(own).length === 0) delete site.rules[rule];
}
