import { beforeEach, expect, test } from "vitest";

import { emptyHeader, lastHeader, rememberHeader } from "./lastHeader";

beforeEach(() => localStorage.clear());

test("what was filled in is offered again, for the same project only", () => {
  rememberHeader(4, { ...emptyHeader(), contractor: "Second Bureau", mix: "C35" });
  expect(lastHeader(4)).toMatchObject({ contractor: "Second Bureau", mix: "C35", weather: "" });
  expect(lastHeader(5)).toEqual(emptyHeader());
});

test("what is damaged, or no text, is left out", () => {
  localStorage.setItem("cvd.report_header.4", "{");
  expect(lastHeader(4)).toEqual(emptyHeader());
  localStorage.setItem("cvd.report_header.4", '{"mix": 7, "part": "Pier 3", "other": "x"}');
  expect(lastHeader(4)).toEqual({ ...emptyHeader(), part: "Pier 3" });
});
