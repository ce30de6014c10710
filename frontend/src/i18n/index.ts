import { createI18n } from "vue-i18n";

import en from "./en";
import zh from "./zh";

export const LOCALES = ["zh-CN", "en"] as const;
export type Locale = (typeof LOCALES)[number];

const STORAGE_KEY = "cvd.locale";

export function preferredLocale(stored: string | null, languages: readonly string[]): Locale {
  if (stored === "zh-CN" || stored === "en") return stored;
  const first = languages.find((language) => /^(zh|en)\b/i.test(language));
  return first?.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export const i18n = createI18n({
  legacy: false,
  locale: preferredLocale(localStorage.getItem(STORAGE_KEY), navigator.languages),
  fallbackLocale: "en",
  messages: { en, "zh-CN": zh },
});

export function setLocale(locale: Locale): void {
  i18n.global.locale.value = locale;
  localStorage.setItem(STORAGE_KEY, locale);
  document.documentElement.lang = locale;
}
