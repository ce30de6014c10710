import { expect, test } from "vitest";

import type { RuleBook } from "./api";
import { normalised } from "./document";
import { defaultsOf, setRule, sourceOf, unitOf } from "./ruleSettings";

const RULE = {
  id: "V01", name_en: "", name_zh: "", severity: "major", basis: "G", source: "10-30 s per point", source_zh: "每点 10-30 s", trust: "S2",
  parameters: { dwell_min_s: 10, near_s: 1 }, is_metric: false, is_on: true,
};
const BOOK: RuleBook = { profiles: { "CN-GB": { rules: {} }, ACI: { rules: { V01: { dwell_min_s: 5 } } } }, rules: [RULE], pokers: [] };

test("the profile goes before the rule's own numbers", () => {
  expect(defaultsOf(BOOK, RULE, "ACI")).toEqual({ dwell_min_s: 5, near_s: 1 });
  expect(defaultsOf(BOOK, RULE, "CN-GB")).toEqual({ dwell_min_s: 10, near_s: 1 });
});

test("only what differs is stored", () => {
  const site = normalised({});
  setRule(site, "V01", "dwell_min_s", 12, 10);
  setRule(site, "V01", "enabled", false, true);
  expect(site.rules).toEqual({ V01: { dwell_min_s: 12, enabled: false } });
  setRule(site, "V01", "dwell_min_s", 10, 10);
  setRule(site, "V01", "enabled", true, true);
  expect(site.rules).toEqual({});
});

test("the unit is at the end of the name", () => {
  expect(["dwell_min_s", "time_min", "path_min_m", "speed_max_m_s", "hole_area_min_m2", "k"].map(unitOf)).toEqual([
    "s", "min", "m", "m/s", "m²", "",
  ]);
});

test("a rule rests on what the reader can read", () => {
  expect([sourceOf(RULE, "zh-CN"), sourceOf(RULE, "en")]).toEqual(["每点 10-30 s", "10-30 s per point"]);
});
