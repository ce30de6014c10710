import { expect, test } from "vitest";

import { calibrationOfLift, shiftAt, type VideoPlanes } from "./planes";

const calibration = { image_size: [1280, 720], points: [], check_points: [] } as VideoPlanes["planes"][number]["calibration"];
const PLANES: VideoPlanes = {
  planes: [{ lift: 0, calibration: null }, { lift: 1, calibration }],
  shifts: [[2, 0.5, 0], [30, 3, -2]],
};

test("a lift has its own plane, or none", () => {
  expect([0, 1, 2].map((lift) => calibrationOfLift(PLANES, lift))).toEqual([null, calibration, null]);
});

test("a shift holds until the next one is measured", () => {
  const [first, second] = PLANES.shifts;
  expect([1, 2, 29.9, 30, 99].map((seconds) => shiftAt(PLANES, seconds))).toEqual([null, first, first, second, second]);
});
