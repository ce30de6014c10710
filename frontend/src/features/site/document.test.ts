import { expect, test } from "vitest";

import { fitted, type Calibration } from "./document";

const calibration: Calibration = {
  image_size: [480, 270],
  points: [[120, 90, 1, 2]],
  check_points: [[240, 135, 3, 4]],
};

test("a calibration is scaled to a picture of the same camera in another size", () => {
  expect(fitted(calibration, 960, 540)).toEqual({
    image_size: [960, 540],
    points: [[240, 180, 1, 2]],
    check_points: [[480, 270, 3, 4]],
  });
  expect(calibration.points).toEqual([[120, 90, 1, 2]]);
});

test("no calibration is made up for a picture of another shape", () => {
  expect(fitted(calibration, 640, 480)).toBeNull();
});
