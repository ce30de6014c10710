const STORAGE_KEY = "cvd.insertion_reasons";
const MOST = 6;

/** The reasons given last, the newest first. */
export function lastReasons(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberReason(reason: string): void {
  const others = lastReasons().filter((one) => one !== reason);
  localStorage.setItem(STORAGE_KEY, JSON.stringify([reason, ...others].slice(0, MOST)));
}
