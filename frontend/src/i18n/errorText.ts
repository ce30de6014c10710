import { i18n } from ".";
import { ApiError } from "@/api/errors";
import { duration } from "@/format/time";

/** The sentence for a stable code in the reader's language; else the server's own sentence. */
export function codeText(code: string, message: string): string {
  const { t, te } = i18n.global;
  const key = `errors.${code}`;
  if (te(key)) return t(key);
  return message || t("errors.unknown", { code });
}

export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return i18n.global.t("errors.unexpected");
  const text = codeText(error.code, error.message);
  if (error.retryAfterSeconds === null) return text;
  const { t } = i18n.global;
  const units = { h: t("units.h"), min: t("units.min"), s: t("units.s") };
  return `${text} ${t("errors.retry_after", { wait: duration(error.retryAfterSeconds, units) })}`;
}

/** What is wrong with each field, for showing beside the inputs. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(
    Object.entries(error.fields).map(([name, messages]) => [name, messages.join(" ")]),
  );
}
