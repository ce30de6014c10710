"""Pixels to metres for one frame after the other, fast, with or without a calibration."""

from math import sqrt

import numpy as np

from workers.vibration.calibration import Calibration, Grade

NOMINAL_WIDTH_M = 12.0
"""What the picture is taken to be wide when nobody calibrated it.

Only for telling which sightings belong together; no length measured so leaves the analysis.
"""

ENTRY_SIGMA_PX = 4.0
"""Noise of the entry point from frame to frame."""
ENTRY_BIAS_PX = 4.0
"""The part of it that does not average out over one stay."""
CORRELATION_S = 0.6
"""Noise of frames closer together than this is not independent."""

_ASPECT_TOLERANCE = 0.01


class Ground:
    """The ground plane of one lift.

    Attributes:
        is_metric: lengths are real metres; otherwise they are nominal.
    """

    def __init__(self, calibration: Calibration | None) -> None:
        refused = calibration is not None and calibration.quality.grade is Grade.REFUSED
        self._calibration = None if refused else calibration
        self.is_metric = self._calibration is not None
        if self._calibration is not None:
            self._elements = [float(element) for element in self._calibration.to_ground.ravel()]
            self._size = self._calibration.image_size

    def fits(self, width: int, height: int) -> bool:
        """Return whether frames of this size show the calibrated picture."""
        if not self.is_metric:
            return True
        expected = self._size[0] / self._size[1]
        return abs(width / height - expected) <= _ASPECT_TOLERANCE * expected

    def project(
        self, u: float, v: float, width: int, shift: tuple[float, float]
    ) -> tuple[float, float] | None:
        """Map a pixel of a frame `width` wide to the ground; None at or above the horizon."""
        if not self.is_metric:
            scale = NOMINAL_WIDTH_M / width
            return (u - shift[0]) * scale, (v - shift[1]) * scale
        scale = self._size[0] / width
        # The shift was measured in pixels of the video.
        u, v = (u - shift[0]) * scale, (v - shift[1]) * scale
        a, b, c, d, e, f, g, h, i = self._elements
        third = g * u + h * v + i
        if third <= 1e-12:
            return None
        return (a * u + b * v + c) / third, (d * u + e * v + f) / third

    def pixel_of(self, place: tuple[float, float], width: int) -> tuple[float, float] | None:
        """Map a place on the ground to a frame `width` wide; None behind the camera."""
        if self._calibration is None:
            scale = width / NOMINAL_WIDTH_M
            return place[0] * scale, place[1] * scale
        u, v = self._calibration.project_back(np.array([place]))[0]
        if not np.isfinite(u + v):
            return None
        scale = width / self._size[0]
        return float(u) * scale, float(v) * scale

    def sigma_at(self, place: tuple[float, float], duration_s: float) -> float | None:
        """Return the standard deviation per axis, in metres, of a place seen for a while."""
        if self._calibration is None:
            return None
        independent = max(1.0, duration_s / CORRELATION_S)
        sigma_px = sqrt(ENTRY_BIAS_PX**2 + ENTRY_SIGMA_PX**2 / independent)
        covariance = self._calibration.covariance(place, sigma_px)
        return float(np.sqrt(np.trace(covariance) / 2.0))
