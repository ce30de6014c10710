import { shallowRef } from "vue";
import { useI18n } from "vue-i18n";

import { api, body } from "@/api/client";
import type { RuleSpec } from "./types";

const specs = shallowRef(new Map<string, RuleSpec>());
let asked: Promise<void> | null = null;

async function ask(): Promise<void> {
  try {
    const { rules } = await body(api.GET("/api/v1/rules/"));
    specs.value = new Map(rules.map((spec) => [spec.id, spec]));
  } catch {
    asked = null; // the next page asks again; until then a rule is called by its number
  }
}

/** The names of the rules and on what they rest, in the reader's language; the same for all projects. */
export function useRuleNames() {
  const { locale } = useI18n();
  asked ??= ask();
  return {
    ruleName(id: string): string {
      const spec = specs.value.get(id);
      if (!spec) return "";
      return locale.value === "en" ? spec.name_en : spec.name_zh;
    },
    ruleSource(id: string): string {
      const spec = specs.value.get(id);
      if (!spec) return "";
      return locale.value === "en" ? spec.source : spec.source_zh;
    },
    ruleSpecs: specs,
  };
}
