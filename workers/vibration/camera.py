"""Movement of the camera against the picture that was calibrated."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

INLIERS_MIN = 30
LOST_AFTER_S = 3.0


@dataclass(frozen=True, slots=True)
class CameraShift:
    """How far the picture has moved, measured at one time.

    Attributes:
        dx_px, dy_px: from the reference picture, in pixels of the reference.
        inliers: static features that agree on it; too few mean that the view is lost.
        turn_px: how much farther than that the corners moved, where the camera turned or zoomed.
            It is never compensated.
    """

    pts_seconds: float
    dx_px: float
    dy_px: float
    inliers: int = INLIERS_MIN
    turn_px: float = 0.0

    @classmethod
    def from_row(cls, row: Sequence[float]) -> "CameraShift":
        """Read the fields in their order; older rows have no `turn_px`."""
        pts_seconds, dx_px, dy_px, inliers, *turn_px = map(float, row)
        return cls(pts_seconds, dx_px, dy_px, int(inliers), *turn_px)

    @property
    def size_px(self) -> float:
        """How far the picture moved where it moved most."""
        return hypot(self.dx_px, self.dy_px) + self.turn_px


@dataclass(frozen=True, slots=True)
class CameraSpan:
    """A time in which places cannot be measured.

    Attributes:
        shift_px: the largest shift in it; None where the view was lost.
    """

    start_s: float
    end_s: float
    shift_px: float | None


class Camera:
    """Where the camera looks at each time; still where nothing was measured.

    A shift holds until the next one is measured. Small ones are compensated, in large ones
    places cannot be measured.
    """

    def __init__(self, shifts: Iterable[CameraShift], shift_max_px: float) -> None:
        self._shifts = sorted(shifts, key=lambda shift: shift.pts_seconds)
        self._times = [shift.pts_seconds for shift in self._shifts]
        self._shift_max_px = shift_max_px
        self.spans = tuple(self._bad_spans())
        self._span_starts = [span.start_s for span in self.spans]

    def at(self, time_s: float) -> tuple[float, float]:
        """Return the shift to take off pixels at a time."""
        index = bisect_right(self._times, time_s) - 1
        if index < 0:
            return 0.0, 0.0
        shift = self._shifts[index]
        return shift.dx_px, shift.dy_px

    def is_moved_between(self, start_s: float, end_s: float) -> bool:
        """Return whether places could not be measured at some time of a span."""
        index = bisect_right(self._span_starts, end_s) - 1
        return index >= 0 and start_s <= self.spans[index].end_s

    def _bad_spans(self) -> Iterable[CameraSpan]:
        start: CameraShift | None = None
        worst: float | None = None
        for shift in self._shifts:
            is_lost = shift.inliers < INLIERS_MIN
            if shift.size_px > self._shift_max_px or is_lost:
                start = start or shift
                if not is_lost:
                    worst = max(worst or 0.0, shift.size_px)
            elif start is not None:
                if _is_lasting(start, shift, worst):
                    yield CameraSpan(start.pts_seconds, shift.pts_seconds, worst)
                start, worst = None, None
        if start is not None and _is_lasting(start, self._shifts[-1], worst):
            yield CameraSpan(start.pts_seconds, float("inf"), worst)


def _is_lasting(start: CameraShift, now: CameraShift, worst: float | None) -> bool:
    """A shift counts at once; where the view was lost it may come back."""
    return worst is not None or now.pts_seconds - start.pts_seconds > LOST_AFTER_S
