import { expect, test } from "vitest";

import { i18n, preferredLocale, setLocale } from ".";
import en from "./en";
import zh from "./zh";
import { codeText, errorText, fieldErrors } from "./errorText";
import { apiErrorFrom } from "@/api/errors";

type Messages = { [key: string]: string | Messages };

function flat(messages: Messages, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(messages).flatMap(([key, value]) =>
      typeof value === "string" ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

test("both languages have the same messages", () => {
  expect([...flat(zh).keys()].sort()).toEqual([...flat(en).keys()].sort());
});

test("both languages fill in the same facts", () => {
  const chinese = flat(zh);
  for (const [key, text] of flat(en)) {
    expect([key, placeholders(chinese.get(key) ?? "")]).toEqual([key, placeholders(text)]);
  }
});

test("no message is left in the other language", () => {
  for (const [key, text] of flat(en)) expect([key, /[\u4e00-\u9fff]/.test(text)]).toEqual([key, false]);
});

test("the browser's language decides until one was chosen", () => {
  expect(preferredLocale(null, ["zh-TW", "en"])).toBe("zh-CN");
  expect(preferredLocale(null, ["de", "en-GB", "zh"])).toBe("en");
  expect(preferredLocale(null, ["de"])).toBe("en");
  expect(preferredLocale("en", ["zh-CN"])).toBe("en");
  expect(preferredLocale("xx", ["zh-CN"])).toBe("zh-CN");
});

test("a known code is said in the reader's language, an unknown one in the server's words", () => {
  setLocale("zh-CN");
  expect(codeText("video_empty", "The file is empty.")).toBe("文件为空。");
  expect(codeText("something_new", "A new refusal.")).toBe("A new refusal.");
  setLocale("en");
  expect(codeText("video_empty", "")).toBe("This file is empty.");
});

test("a refusal with a wait says how long", () => {
  setLocale("en");
  const error = apiErrorFrom(429, { code: "too_many_attempts", message: "", fields: {} }, "90");
  expect(errorText(error)).toBe("Too many wrong tries. Try again in 1 min 30 s.");
});

test("an answer that is not the API's still becomes a sentence", () => {
  expect(errorText(apiErrorFrom(502, null, null))).toBe("This was refused (http_502).");
  expect(errorText(new TypeError("oops"))).toBe(i18n.global.t("errors.unexpected"));
});

test("what is wrong with a field is found beside it, however deep it lies", () => {
  const body = { code: "invalid", message: "", fields: { name: ["Too long.", "Too odd."], videos: { 0: ["Unknown."] } } };
  expect(fieldErrors(apiErrorFrom(400, body, null))).toEqual({ name: "Too long. Too odd.", videos: "Unknown." });
});
