import type { Quality } from "./api";

/** Why a grade is not better, as a message key with its facts. */
export interface GradeReason {
  key: "disagree_refused" | "disagree" | "too_few" | "leave_one_out";
  facts: Record<string, number>;
}

/** RMS and greatest error in metres up to which a calibration is green, and amber. */
export const GREEN_M = { rmse: 0.05, max: 0.1 };
export const AMBER_M = { rmse: 0.1, max: 0.2 };
export const ENOUGH = { points: 6, checks: 2 };

/** The server gives the grade; this says in words what it is about. */
export function gradeReasons(quality: Quality, points: number): GradeReason[] {
  const checks = quality.check_m.length;
  const rmse = Math.max(quality.rmse_m, quality.check_rmse_m ?? 0);
  const max = Math.max(quality.max_m, ...quality.check_m);
  const reasons: GradeReason[] = [];
  const exceeds = (limits: { rmse: number; max: number }): boolean => rmse > limits.rmse || max > limits.max;
  if (exceeds(AMBER_M)) reasons.push({ key: "disagree_refused", facts: { rmse, max } });
  else if (exceeds(GREEN_M)) reasons.push({ key: "disagree", facts: { rmse, max } });
  if (points < ENOUGH.points || checks < ENOUGH.checks) reasons.push({ key: "too_few", facts: { points, checks } });
  const leftOut = quality.leave_one_out_rmse_m;
  const isUnsteady = quality.leave_one_out_m !== null && (leftOut === null || leftOut > AMBER_M.max);
  if (isUnsteady) reasons.push({ key: "leave_one_out", facts: { rmse: leftOut ?? Infinity } });
  return reasons;
}
