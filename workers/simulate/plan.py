"""The plan of a pour: pure data, on the ground plane of the concrete's surface.

Lengths in metres, times in seconds from the start of the video. The origin is a corner of the
bay; x runs along the bay's long side, y away from the camera, z up; z = 0 is the surface.
"""

from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]
Activity = Literal["vibrate", "stand", "shovel", "place", "watch", "walk"]

# The rule profile CN-GB of the vibration rules: limits that plans keep or break.
DWELL_MIN_S = 10.0
DWELL_MAX_S = 30.0
SPACING_RADII = 1.4
HOLE_MIN_M2 = 0.07
DRAG_MIN_M = 0.30
DRAG_MIN_S = 2.0
FORMWORK_MIN_M = 0.07
REVISITS_MAX = 2
OUTSIDE_MAX_M = 0.3
PPE_CONFIRM_S = 2.0
ZONE_DWELL_S = 1.0


@dataclass(frozen=True, slots=True)
class Rect:
    """An axis-aligned rectangle on the ground plane, metres."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        return (
            (self.x0, self.y0),
            (self.x1, self.y0),
            (self.x1, self.y1),
            (self.x0, self.y1),
        )

    @property
    def center(self) -> Point:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def contains(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Tell whether a point lies inside, at least `margin` metres away from the sides."""
        return (
            self.x0 + margin <= x <= self.x1 - margin and self.y0 + margin <= y <= self.y1 - margin
        )


@dataclass(frozen=True, slots=True)
class Bay:
    """The formed bay and how far the concrete has come.

    Attributes:
        rect: inside of the formwork.
        section: what is vibrated in this video; the pour polygon of the site.
        opening: box-out inside the section, or None.
        done_x: the part between the bay's end and this x was vibrated before the video.
        front_x: the part beyond this x has no concrete yet, its rebar is seen.
        flow: +1 if the work goes towards larger x, -1 towards smaller x.
        zone: danger zone.
    """

    rect: Rect
    section: Rect
    opening: Rect | None
    done_x: float
    front_x: float
    flow: int
    zone: Rect


@dataclass(frozen=True, slots=True)
class Drag:
    """The running poker is pulled through the concrete in a straight line."""

    x_m: float
    y_m: float
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Insertion:
    """One stay of a poker in the concrete.

    Attributes:
        id: counts from 1 in order of time.
        poker_id: track id of the poker.
        operator_id: track id of who holds it.
        x_m: where the poker enters the surface.
        y_m: where the poker enters the surface.
        start_s: the tip goes through the surface.
        withdraw_s: slow withdrawal begins.
        end_s: the tip leaves the surface, or the video ends.
        depth_m: how deep the tip is held.
        drag: where it is dragged to before it is withdrawn, or None.
        is_truncated: the video ends before the poker is out.
    """

    id: int
    poker_id: int
    operator_id: int
    x_m: float
    y_m: float
    start_s: float
    withdraw_s: float
    end_s: float
    depth_m: float
    drag: Drag | None
    is_truncated: bool = False

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Station:
    """Somebody stays at a place for a while, facing `heading` (radians from +x, towards +y)."""

    start_s: float
    end_s: float
    x: float
    y: float
    heading: float
    activity: Activity


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the picture; between stations they walk in a straight line."""

    track_id: int
    height_m: float
    has_helmet: bool
    has_vest: bool
    stations: tuple[Station, ...]


@dataclass(frozen=True, slots=True)
class Poker:
    """An internal vibrator with its hose and drive.

    Attributes:
        track_id: of the poker.
        operator_id: track id of who holds it; None if it lies idle.
        drive: where its motor stands.
        rest: where the tip of an idle poker lies, and its heading in radians; None if in use.
    """

    track_id: int
    operator_id: int | None
    drive: Point
    rest: tuple[Point, float] | None


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that is broken, with the numbers that break it.

    Attributes:
        rule: its id, such as "V01".
        start_s: first moment of what broke it.
        end_s: last moment of what broke it.
        x_m: where.
        y_m: where.
        value: measured, in `unit`.
        limit: of the rule, in `unit`.
        unit: "s", "m", "m2", "m/s" or "count".
        insertion_ids: the insertions that break it.
        track_id: the person who breaks it, or None.
    """

    rule: str
    start_s: float
    end_s: float
    x_m: float
    y_m: float
    value: float
    limit: float
    unit: str
    insertion_ids: tuple[int, ...] = ()
    track_id: int | None = None


@dataclass(frozen=True, slots=True)
class CameraPose:
    """A fixed camera that looks from `eye` to `target`; `hfov_deg` is its horizontal field."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    hfov_deg: float


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens in one pour.

    Attributes:
        radius_m: radius of action of the pokers.
        coverage_pct: share of the section within `radius_m` of a long enough insertion.
    """

    seed: int
    bay: Bay
    camera: CameraPose
    radius_m: float
    insertions: tuple[Insertion, ...]
    people: tuple[Person, ...]
    pokers: tuple[Poker, ...]
    violations: tuple[Violation, ...]
    coverage_pct: float
