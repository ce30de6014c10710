import { expect, test } from "vitest";

import type { Quality } from "./api";
import { gradeReasons } from "./gradeReasons";

const GOOD: Quality = {
  grade: "green",
  reasons: [],
  residuals_px: [],
  residuals_m: [],
  rmse_px: 0.5,
  rmse_m: 0.02,
  max_m: 0.04,
  leave_one_out_m: [0.03],
  leave_one_out_rmse_m: 0.03,
  check_m: [0.02, 0.03],
  check_rmse_m: 0.025,
};
const keys = (change: Partial<Quality>, points = 6): string[] =>
  gradeReasons({ ...GOOD, ...change }, points).map((reason) => reason.key);

test("a good calibration needs no excuse", () => {
  expect(keys({})).toEqual([]);
});

test("four points prove nothing, however well they fit", () => {
  expect(keys({ rmse_m: 0, max_m: 0, leave_one_out_m: null, leave_one_out_rmse_m: null }, 4)).toEqual(["too_few"]);
  expect(keys({ check_m: [0.01], check_rmse_m: 0.01 })).toEqual(["too_few"]);
});

test("the worse of fit and check decides", () => {
  expect(keys({ check_m: [0.02, 0.15], check_rmse_m: 0.09 })).toEqual(["disagree"]);
  expect(keys({ rmse_m: 0.12, max_m: 0.18 })).toEqual(["disagree_refused"]);
});

test("a fit that hangs on one point is said to", () => {
  expect(keys({ leave_one_out_rmse_m: 0.3 })).toEqual(["leave_one_out"]);
  expect(keys({ leave_one_out_m: [null], leave_one_out_rmse_m: null })).toEqual(["leave_one_out"]);
});
