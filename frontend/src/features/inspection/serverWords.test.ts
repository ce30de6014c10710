import { afterEach, expect, test } from "vitest";

import { serverWords } from "./serverWords";
import { i18n } from "@/i18n";

afterEach(() => {
  i18n.global.locale.value = "en";
});

test("sentences with a number keep it", () => {
  i18n.global.locale.value = "zh-CN";
  expect(serverWords("2 planned")).toBe("计划 2 台");
  expect(serverWords("15.5 min after placing")).toBe("布料后 15.5 分钟");
});

test("no pour is not called no coverage, and no frames not a calibration", () => {
  expect(serverWords("the site has no pour")).toBe("the site has no pour outline");
  expect(serverWords("there is no coverage map")).toContain("there is no coverage");
  expect(serverWords("no frames were analysed, and nobody entered an insertion")).toContain("nobody");
});

test("a new measurement is told in the reader's language", () => {
  i18n.global.locale.value = "zh-CN";
  expect(serverWords("Measured anew: 9.1 (minor, to_review) -> 4 (major, violation), limit 10, in min.")).toBe(
    "重新测量：9.1 (一般, 不确定) → 4 (严重, 违规)，限值 10 分钟",
  );
});

test("what is not known is shown as it came", () => {
  expect(serverWords("Tower crane, east")).toBe("Tower crane, east");
});
