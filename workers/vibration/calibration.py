"""From pixels of the upright picture to metres on the plane of the pour, and how well.

A calibration is refused where its numbers could not be trusted, and says why: points that do not
fix a plane raise `CalibrationError`, points that disagree give the grade `refused`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workers.vibration import homography
from workers.vibration.errors import CalibrationError
from workers.vibration.homography import Homography

Floats = NDArray[np.float64]

CLICK_SIGMA_PX = 1.0
"""How well a person clicks a point: the floor where residuals look better by luck."""

_LINE_RATIO = 0.02
_GREEN = (0.05, 0.10)
RMSE_MAX_M = 0.10
"""A calibration is refused from here on, and where a point is off by twice as much."""


class Grade(StrEnum):
    """Whether metric rules may rest on a calibration."""

    GREEN = "green"
    AMBER = "amber"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Quality:
    """What the points say about themselves.

    With four points every residual is zero and proves nothing, so `leave_one_out_m` is None and
    only check points can make such a calibration good.

    Attributes:
        residuals_px: length of each point's residual in the picture.
        residuals_m: length of each point's residual on the ground.
        leave_one_out_m: error of each point in a fit to the others; not finite where the others
            do not fix a plane.
        check_m: error of each check point, which took no part in the fit.
        reasons: why the grade is not better.
    """

    grade: Grade
    reasons: tuple[str, ...]
    residuals_px: tuple[float, ...]
    residuals_m: tuple[float, ...]
    rmse_px: float
    rmse_m: float
    max_m: float
    leave_one_out_m: tuple[float, ...] | None
    leave_one_out_rmse_m: float | None
    check_m: tuple[float, ...]
    check_rmse_m: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """A map from the picture to the ground plane.

    Attributes:
        image_size: width and height in pixels of the picture that was clicked on.
        to_image: metres to pixels; fitted in this direction because the clicks carry the noise.
        to_ground: (3, 3) pixels to metres.
        sigma_px: noise of a clicked point.
        is_mirrored: the ground axes are left-handed as the camera sees them. Distances and areas
            do not care, but it usually means that x and y were swapped.
    """

    image_size: tuple[int, int]
    to_image: Homography
    to_ground: Floats
    sigma_px: float
    is_mirrored: bool
    quality: Quality

    def project(self, points_px: Floats) -> Floats:
        """Map (N, 2) pixels to (N, 2) metres; NaN at or above the horizon."""
        ground = homography.apply(self.to_ground, points_px)
        ground[homography.depth(self.to_ground, points_px) <= 0.0] = np.nan
        return ground

    def project_back(self, points_m: Floats) -> Floats:
        """Map (N, 2) metres to (N, 2) pixels; NaN behind the camera."""
        pixels = homography.apply(self.to_image.matrix, points_m)
        pixels[homography.depth(self.to_image.matrix, points_m) <= 0.0] = np.nan
        return pixels

    def covariance(self, point_m: tuple[float, float], sigma_px: float) -> Floats:
        """Return the (2, 2) covariance in m2 of a point seen with `sigma_px` of noise.

        The pixel noise is carried over by the derivative of the map, and the noise of the fit,
        which comes from the clicked points, is added.
        """
        point = np.array([point_m])
        inverse = np.linalg.inv(homography.point_jacobian(self.to_image.matrix, point)[0])
        noise = np.eye(2) * sigma_px**2 + self.to_image.noise_at(point)[0] * self.sigma_px**2
        result: Floats = inverse @ noise @ inverse.T
        return result

    def metres_per_pixel(self, points_m: Floats) -> Floats:
        """Return (N,) metres of the worst direction that one pixel spans at points on the ground.

        Infinite where the camera does not look.
        """
        slope = homography.point_jacobian(self.to_image.matrix, points_m)
        # Smallest singular value of a 2 x 2 matrix in closed form: pours have a million cells.
        determinant = slope[:, 0, 0] * slope[:, 1, 1] - slope[:, 0, 1] * slope[:, 1, 0]
        squares = np.square(slope).sum(axis=(1, 2))
        root = np.sqrt(np.maximum(squares**2 - 4.0 * determinant**2, 0.0))
        spans = np.sqrt((squares + root) / 2.0) / np.abs(determinant)
        pixels = self.project_back(points_m)
        width, height = self.image_size
        is_in_picture = (
            (pixels[:, 0] >= 0.0)
            & (pixels[:, 0] <= width)
            & (pixels[:, 1] >= 0.0)
            & (pixels[:, 1] <= height)
        )
        result: Floats = np.where(is_in_picture, spans, np.inf)
        return result

    def metric_mask(self, limit_m_per_px: float, step_px: int = 8) -> NDArray[np.bool_]:
        """Return where metric rules hold, as (ceil(H / step), ceil(W / step)) bool.

        Each element stands for the middle of a block of `step_px` pixels, or of what the picture
        has of it.
        """
        width, height = self.image_size
        grid_u, grid_v = np.meshgrid(_middles(width, step_px), _middles(height, step_px))
        ground = self.project(np.column_stack([grid_u.ravel(), grid_v.ravel()]))
        is_ground = np.isfinite(ground).all(axis=1)
        mask = np.zeros(len(ground), dtype=np.bool_)
        mask[is_ground] = self.metres_per_pixel(ground[is_ground]) <= limit_m_per_px
        return mask.reshape(grid_u.shape)


def _middles(length: int, step: int) -> Floats:
    """Return the middles of the blocks that a length is cut into; the last may be shorter."""
    starts = np.arange(0, length, step)
    middles: Floats = (starts + np.minimum(starts + step, length)) / 2.0
    return middles


def calibrate(
    image_size: tuple[int, int],
    points: Sequence[Sequence[float]],
    check_points: Sequence[Sequence[float]] = (),
    *,
    handedness: Literal["right", "either"] = "either",
    rmse_max_m: float = RMSE_MAX_M,
) -> Calibration:
    """Fit the ground plane to clicked points.

    Args:
        image_size: width and height in pixels.
        points: N >= 4 of (u, v, x_m, y_m): u to the right and v down in the upright picture.
        check_points: more of them, kept out of the fit.
        handedness: `right` refuses axes that the camera sees mirrored (y must be a left turn
            from x, seen from above), as a page should while a person types.
        rmse_max_m: points that disagree by more are refused.

    Raises:
        CalibrationError: the points do not fix a plane: `too_few_points`, `points_not_finite`,
            `points_outside_picture`, `points_duplicate`, `points_collinear`,
            `points_crossed` (two points have each other's metres, or lie beyond the horizon),
            `plane_mirrored`.
    """
    table = _table(image_size, points, "points")
    checks = _table(image_size, check_points, "check points")
    _refuse_degenerate(table)
    to_image = homography.fit(table[:, 2:], table[:, :2])
    try:
        to_ground = homography.inverse(to_image.matrix)
    except np.linalg.LinAlgError as error:
        raise _crossed() from error
    to_ground /= np.linalg.norm(to_ground)
    if homography.depth(to_ground, table[:1, :2])[0] < 0.0:
        to_ground = -to_ground
    _refuse_crossed(to_image, to_ground, table)
    # The picture's v grows downwards, so a plane seen from above turns over once.
    is_mirrored = bool(
        np.linalg.det(homography.point_jacobian(to_ground, table[:, :2].mean(axis=0)[None])[0]) > 0
    )
    if is_mirrored and handedness == "right":
        raise CalibrationError(
            "plane_mirrored",
            "The plane is mirrored: x and y are swapped, or one of them has the wrong sign.",
        )
    quality = _judge(table, checks, to_image, to_ground, rmse_max_m)
    free = max(2 * len(table) - 8, 1)
    scatter_px = float(np.sqrt(np.sum(np.square(quality.residuals_px)) / free))
    sigma_px = max(CLICK_SIGMA_PX, scatter_px)
    return Calibration(image_size, to_image, to_ground, sigma_px, is_mirrored, quality)


def _table(image_size: tuple[int, int], points: Sequence[Sequence[float]], name: str) -> Floats:
    if any(len(point) != 4 for point in points):
        raise CalibrationError("points_not_finite", f"Each of the {name} must be [u, v, x_m, y_m].")
    table = np.array(points, dtype=np.float64).reshape(-1, 4)
    if not np.isfinite(table).all():
        raise CalibrationError("points_not_finite", f"The {name} must be finite numbers.")
    width, height = image_size
    is_outside = (table[:, :2] < 0).any(axis=1) | (table[:, :2] > [width, height]).any(axis=1)
    if is_outside.any():
        raise CalibrationError(
            "points_outside_picture",
            f"{name.capitalize()} number {int(is_outside.argmax()) + 1} lies outside the picture "
            f"of {width} x {height} pixels.",
        )
    return table


def _refuse_degenerate(table: Floats) -> None:
    count = len(table)
    if count < 4:
        raise CalibrationError(
            "too_few_points", f"A plane needs at least 4 points, better 6 to 8; there are {count}."
        )
    for columns, name in ((table[:, :2], "picture"), (table[:, 2:], "ground")):
        gaps = np.linalg.norm(columns[:, None] - columns[None], axis=2)
        gaps[np.tril_indices(count)] = np.inf
        first, second = np.unravel_index(int(gaps.argmin()), gaps.shape)
        if gaps[first, second] <= 1e-6 * max(1.0, float(np.ptp(columns, axis=0).max())):
            raise CalibrationError(
                "points_duplicate",
                f"Points {first + 1} and {second + 1} are the same place in the {name}.",
            )
        is_line = _is_line(columns) or any(
            _is_line(np.delete(columns, index, axis=0)) for index in range(count)
        )
        if is_line:
            raise CalibrationError(
                "points_collinear",
                f"The points lie on one line in the {name}, all or all but one; "
                "spread them over the pour.",
            )


def _is_line(points: Floats) -> bool:
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(spread[1] <= _LINE_RATIO * spread[0])


def _refuse_crossed(to_image: Homography, to_ground: Floats, table: Floats) -> None:
    is_same_side = (
        (homography.depth(to_image.matrix, table[:, 2:]) > 0).all()
        and (homography.depth(to_ground, table[:, :2]) > 0).all()
    )  # fmt: skip
    if not is_same_side:
        raise _crossed()


def _crossed() -> CalibrationError:
    return CalibrationError(
        "points_crossed",
        "No camera sees these points so: two of them have each other's metres, "
        "or some lie beyond the horizon.",
    )


def _judge(
    table: Floats, checks: Floats, to_image: Homography, to_ground: Floats, rmse_max_m: float
) -> Quality:
    residuals_px = _errors_px(to_image.matrix, table)
    residuals_m = _errors_m(to_ground, table)
    left_out = _leave_one_out(table) if len(table) > 4 else None
    left_out_rmse = None if left_out is None else _rms(left_out)
    check_m = _errors_m(to_ground, checks)
    rmse_m, max_m = _rms(residuals_m), float(residuals_m.max())
    reasons: list[str] = []
    worst_rmse = max(rmse_m, _rms(check_m) if len(check_m) else 0.0)
    worst = max(max_m, float(check_m.max(initial=0.0)))
    grade = Grade.GREEN
    if worst_rmse > rmse_max_m or worst > 2.0 * rmse_max_m:
        grade = Grade.REFUSED
        reasons.append(
            f"the points disagree by {worst_rmse:.2f} m RMS and {worst:.2f} m at most; "
            f"the limits are {rmse_max_m:.2f} and {2.0 * rmse_max_m:.2f} m"
        )
    elif worst_rmse > _GREEN[0] or worst > _GREEN[1]:
        grade = Grade.AMBER
        reasons.append(f"the points disagree by {worst_rmse:.2f} m RMS, {worst:.2f} m at most")
    if len(table) < 6 or len(checks) < 2:
        grade = max(grade, Grade.AMBER, key=list(Grade).index)
        reasons.append(f"{len(table)} points and {len(checks)} check points; take at least 6 and 2")
    if left_out_rmse is not None and not left_out_rmse <= 2.0 * rmse_max_m:
        grade = max(grade, Grade.AMBER, key=list(Grade).index)
        reasons.append(f"leaving one point out moves it by {left_out_rmse:.2f} m RMS")
    return Quality(
        grade, tuple(reasons), tuple(residuals_px.tolist()), tuple(residuals_m.tolist()),
        _rms(residuals_px), rmse_m, max_m,
        None if left_out is None else tuple(left_out.tolist()), left_out_rmse,
        tuple(check_m.tolist()), _rms(check_m) if len(check_m) else None,
    )  # fmt: skip


def _leave_one_out(table: Floats) -> Floats:
    errors = np.full(len(table), np.inf)
    for index in range(len(table)):
        others = np.delete(table, index, axis=0)
        try:
            _refuse_degenerate(others)
        except CalibrationError:
            continue
        inverse = homography.inverse(homography.fit(others[:, 2:], others[:, :2]).matrix)
        errors[index] = _errors_m(inverse, table[index : index + 1])[0]
    return errors


def _errors_px(to_image: Floats, table: Floats) -> Floats:
    result: Floats = np.linalg.norm(homography.apply(to_image, table[:, 2:]) - table[:, :2], axis=1)
    return result


def _errors_m(to_ground: Floats, table: Floats) -> Floats:
    result: Floats = np.linalg.norm(
        homography.apply(to_ground, table[:, :2]) - table[:, 2:], axis=1
    )
    return result


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
