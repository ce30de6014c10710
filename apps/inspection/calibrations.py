"""A calibration looked at while somebody clicks its points."""

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from apps.common.errors import Invalid
from workers.errors import WorkerError
from workers.vibration.calibration import Calibration, Quality
from workers.vibration.coverage import METRIC_ERROR_PX, METRIC_ERROR_RADII
from workers.vibration.errors import CalibrationError
from workers.vibration.pour_site import calibration_from_json
from workers.vibration.site import DEFAULT_RADIUS_M

MASK_STEP_PX = 8
# Outlines are drawn over a picture: so far a line may be from the true one.
MASK_TOLERANCE_BLOCKS = 0.75


def calibration_check(data: object) -> dict[str, Any]:
    """The API's answer to clicked points.

    Raises Invalid with `calibration_…` and the reason for points that do not fix a plane.
    """
    if not isinstance(data, dict):
        raise Invalid("Send an object with image_size and points.")
    data = dict(data)
    radius_m = _radius(data.pop("radius_m", None))
    try:
        calibration = calibration_from_json(data, "calibration")
    except CalibrationError as error:
        raise Invalid(
            error.message, code=f"calibration_{error.code}", fields={"points": [error.message]}
        ) from error
    except WorkerError as error:
        raise Invalid(error.message, code=error.code) from error
    return {
        "quality": quality_json(calibration.quality),
        "to_ground": calibration.to_ground.tolist(),
        "to_image": calibration.to_image.matrix.tolist(),
        "is_mirrored": calibration.is_mirrored,
        "metric_mask": metric_outlines(calibration, radius_m),
    }


def quality_json(quality: Quality) -> dict[str, Any]:
    """A calibration's quality with null for what is not finite, which JSON does not know."""
    return {
        "grade": str(quality.grade),
        "reasons": list(quality.reasons),
        "residuals_px": list(quality.residuals_px),
        "residuals_m": list(quality.residuals_m),
        "rmse_px": quality.rmse_px,
        "rmse_m": quality.rmse_m,
        "max_m": quality.max_m,
        "leave_one_out_m": None
        if quality.leave_one_out_m is None
        else [finite(one) for one in quality.leave_one_out_m],
        "leave_one_out_rmse_m": finite(quality.leave_one_out_rmse_m),
        "check_m": [finite(one) for one in quality.check_m],
        "check_rmse_m": finite(quality.check_rmse_m),
    }


def metric_outlines(calibration: Calibration, radius_m: float) -> list[list[list[float]]]:
    """Outlines in pixels of where metric rules hold for a radius of action."""
    limit_m_per_px = METRIC_ERROR_RADII * radius_m / METRIC_ERROR_PX
    mask = calibration.metric_mask(limit_m_per_px, MASK_STEP_PX)
    # Doubled, so that outlines run along the blocks' edges and not through their middles.
    fine = np.kron(mask, np.ones((2, 2))).astype(np.uint8)
    outlines, _ = cv2.findContours(fine, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    width, height = calibration.image_size
    found = []
    for outline in outlines:
        points = cv2.approxPolyDP(outline, 2 * MASK_TOLERANCE_BLOCKS, closed=True)[:, 0, :]
        if len(points) >= 3:
            found.append([_pixel(point, fine.shape, width, height) for point in points])
    return found


def _pixel(point: Sequence[int], shape: tuple[int, ...], width: int, height: int) -> list[float]:
    """A corner of the doubled mask in pixels; the mask's last row and column reach the edge."""
    half = MASK_STEP_PX / 2
    u = width if point[0] >= shape[1] - 1 else point[0] * half
    v = height if point[1] >= shape[0] - 1 else point[1] * half
    return [float(min(u, width)), float(min(v, height))]


def _radius(value: object) -> float:
    if value is None:
        return DEFAULT_RADIUS_M
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0.02 <= float(value) <= 2.0:  # type: ignore[arg-type]
        message = "Give a radius from 0.02 to 2 m."
        raise Invalid(message, code="radius_invalid", fields={"radius_m": [message]})
    return float(value)  # type: ignore[arg-type]


def finite(value: float | None) -> float | None:
    """What JSON can give back: figures of too few points are endless."""
    return value if value is not None and math.isfinite(value) else None
