import { useI18n } from "vue-i18n";

import { useFormat } from "@/format/useFormat";

const SYMBOLS: Record<string, string> = { m2: "m²", pct: "%", deg: "°", ratio: "" };

/** Measured values as the rules give them, with their unit. */
export function useUnits() {
  const { t, te } = useI18n();
  const format = useFormat();

  function unitText(unit: string): string {
    return te(`rule_units.${unit}`) ? t(`rule_units.${unit}`) : (SYMBOLS[unit] ?? unit);
  }

  function amount(value: number): string {
    const digits = Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
    return format.number(value, digits);
  }

  return {
    unitText,
    amount,
    measure: (value: number, unit: string): string => `${amount(value)} ${unitText(unit)}`.trim(),
  };
}
