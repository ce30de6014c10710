import { useI18n } from "vue-i18n";

import { bytes } from "./bytes";
import { percentDone } from "./percent";
import { clock, duration } from "./time";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Numbers, sizes and times in the reader's language, every one with its unit. */
export function useFormat() {
  const { locale, t } = useI18n();

  const units = () => ({ h: t("units.h"), min: t("units.min"), s: t("units.s") });
  const number = (value: number, digits = 0): string =>
    new Intl.NumberFormat(locale.value, {
      maximumFractionDigits: digits,
      minimumFractionDigits: digits,
    }).format(value);

  return {
    clock,
    number,
    bytes: (count: number) => bytes(count, locale.value),
    duration: (seconds: number) => duration(seconds, units()),
    percent: (fraction: number) => `${number(fraction * 100)} %`,
    percentDone: (fraction: number) => `${number(percentDone(fraction))} %`,
    date: (iso: string) =>
      new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(new Date(iso)),
    dateTime: (moment: string | Date) =>
      new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(
        new Date(moment),
      ),
    ago: (iso: string) => {
      const seconds = (new Date(iso).getTime() - Date.now()) / 1000;
      const size = Math.abs(seconds);
      const relative = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" });
      if (size < 45) return t("time.just_now");
      if (size < 45 * MINUTE) return relative.format(Math.round(seconds / MINUTE), "minute");
      if (size < 22 * HOUR) return relative.format(Math.round(seconds / HOUR), "hour");
      if (size < 30 * DAY) return relative.format(Math.round(seconds / DAY), "day");
      return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(new Date(iso));
    },
  };
}
