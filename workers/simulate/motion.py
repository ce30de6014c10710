"""Where everybody and every poker is at a given moment: functions of a plan and a time."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from workers.simulate.plan import Activity, Insertion, Person

STRIDE_M = 0.62
_TURN_S = 0.7
_LOWER_S = 0.6
_SINK_S = 0.45
_LIFT_S = 0.6
CARRY_Z_M = 0.24


@dataclass(frozen=True, slots=True)
class Stance:
    """How somebody stands or walks.

    Attributes:
        x: metres.
        y: metres.
        heading: radians from +x, towards +y.
        gait: radians; 2 pi is two steps.
        pace: 0 standing, 1 walking.
        activity: what the hands do.
    """

    x: float
    y: float
    heading: float
    gait: float
    pace: float
    activity: Activity


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of a poker: its place in metres (z < 0 is in the concrete), and which insertion."""

    x: float
    y: float
    z: float
    insertion: Insertion | None


class Walk:
    """The path of one person."""

    def __init__(self, person: Person) -> None:
        self.stations = person.stations
        self._starts = [station.start_s for station in self.stations]
        self._walked_m = [0.0]
        for before, after in zip(self.stations, self.stations[1:], strict=False):
            step = math.hypot(after.x - before.x, after.y - before.y)
            self._walked_m.append(self._walked_m[-1] + step)

    def at(self, t: float) -> Stance:
        """Return how the person stands at `t` seconds."""
        i = max(bisect_right(self._starts, t) - 1, 0)
        here = self.stations[i]
        gait = self._walked_m[i] / STRIDE_M * math.pi
        if t <= here.end_s or i + 1 == len(self.stations):
            return Stance(here.x, here.y, here.heading, gait, 0.0, here.activity)
        there = self.stations[i + 1]
        duration = there.start_s - here.end_s
        share = smooth((t - here.end_s) / duration)
        length = math.hypot(there.x - here.x, there.y - here.y)
        along = math.atan2(there.y - here.y, there.x - here.x)
        turn = min(_TURN_S, duration / 3)
        # A small step is made sideways, a longer way is walked facing it.
        if length < 0.9:
            heading = turned(here.heading, there.heading, share)
        elif t < here.end_s + turn:
            heading = turned(here.heading, along, (t - here.end_s) / turn)
        else:
            heading = turned(along, there.heading, 1 - (there.start_s - t) / turn)
        return Stance(
            here.x + share * (there.x - here.x),
            here.y + share * (there.y - here.y),
            heading,
            gait + share * length / STRIDE_M * math.pi,
            4 * share * (1 - share) if length < 0.9 else min(1.0, 8 * share * (1 - share)),
            here.activity if here.activity == there.activity else "walk",
        )


class PokerPath:
    """The path of the tip of one poker in use."""

    def __init__(self, insertions: Sequence[Insertion]) -> None:
        self.insertions = insertions
        self._starts = [insertion.start_s for insertion in insertions]

    def at(self, t: float) -> Tip:
        """Return where the tip is at `t` seconds; there must be at least one insertion."""
        i = bisect_right(self._starts, t) - 1
        if i < 0:
            return _approach(self.insertions[0], t)
        here = self.insertions[i]
        if t < here.end_s or here.is_truncated:
            return Tip(*_entry(here, t), _depth(here, t), here)
        x, y = _entry(here, here.end_s)
        if i + 1 == len(self.insertions):
            return Tip(x, y, CARRY_Z_M * smooth((t - here.end_s) / _LIFT_S), None)
        there = self.insertions[i + 1]
        gap = there.start_s - here.end_s
        share = smooth((t - here.end_s - 0.2 * gap) / (0.6 * gap))
        lift = min(
            smooth((t - here.end_s) / min(_LIFT_S, gap / 2)),
            smooth((there.start_s - t) / min(_LOWER_S, gap / 2)),
        )
        return Tip(x + share * (there.x_m - x), y + share * (there.y_m - y), CARRY_Z_M * lift, None)


def _approach(first: Insertion, t: float) -> Tip:
    return Tip(first.x_m, first.y_m, CARRY_Z_M * smooth((first.start_s - t) / _LOWER_S), None)


def _entry(insertion: Insertion, t: float) -> tuple[float, float]:
    drag = insertion.drag
    if drag is None or t <= drag.start_s:
        return insertion.x_m, insertion.y_m
    share = min((t - drag.start_s) / (drag.end_s - drag.start_s), 1.0)
    return (
        insertion.x_m + share * (drag.x_m - insertion.x_m),
        insertion.y_m + share * (drag.y_m - insertion.y_m),
    )


def _depth(insertion: Insertion, t: float) -> float:
    """Return the height of the tip, negative: fast in, slowly out."""
    if t >= insertion.withdraw_s and not insertion.is_truncated:
        left = (insertion.end_s - t) / (insertion.end_s - insertion.withdraw_s)
        return -insertion.depth_m * min(max(left, 0.0), 1.0)
    return -insertion.depth_m * smooth((t - insertion.start_s) / _SINK_S)


def smooth(share: float) -> float:
    """Ease from 0 to 1 with no jerk at the ends; clamps outside."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def turned(start: float, end: float, share: float) -> float:
    """Turn from one heading to another the short way, radians."""
    difference = (end - start + math.pi) % (2 * math.pi) - math.pi
    return start + difference * smooth(share)
