"""Which of the things that were found before are the ones that are found now.

By group, time and place: numbers and ids say nothing, for one more insertion moves them all.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

NEAR_M = 1.0
NEAR_PX = 60.0


@dataclass(frozen=True, slots=True)
class Trace:
    """What a thing is recognised by.

    Attributes:
        group: only things of one group can be the same.
        start_s, end_s: on the clock of the pour.
        place_m: on the ground, where it is known.
        camera, pixel: in which picture, and where, for what has no place on the ground.
    """

    group: str
    start_s: float
    end_s: float
    place_m: tuple[float, float] | None
    camera: int | None
    pixel: tuple[float, float] | None


def match(old: Sequence[Trace], new: Sequence[Trace]) -> dict[int, int]:
    """Which old one each new one is, by index; each old one is taken once, the best fit first."""
    groups: dict[str, list[int]] = {}
    for index in sorted(range(len(old)), key=lambda index: old[index].start_s):
        groups.setdefault(old[index].group, []).append(index)
    by_group = {group: _Group(old, indices) for group, indices in groups.items()}
    fits = sorted(
        (-fit, index, other)
        for index, trace in enumerate(new)
        if trace.group in by_group
        for other in by_group[trace.group].at(trace)
        if (fit := _fit(old[other], trace)) is not None
    )
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, index, other in fits:
        if index not in found and other not in taken:
            found[index] = other
            taken.add(other)
    return found


class _Group:
    """Old ones of one group in order of their start, found by time."""

    def __init__(self, old: Sequence[Trace], indices: list[int]) -> None:
        self._indices = indices
        self._starts = [old[index].start_s for index in indices]
        self._longest_s = max(old[index].end_s - old[index].start_s for index in indices)

    def at(self, trace: Trace) -> Sequence[int]:
        """Those that may share some time with another."""
        first = bisect_left(self._starts, trace.start_s - self._longest_s)
        return self._indices[first : bisect_right(self._starts, trace.end_s)]


def _fit(one: Trace, other: Trace) -> float | None:
    """How well two fit, at most 1; None when they cannot be the same."""
    shared_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    if shared_s < 0.0:
        return None
    whole_s = max(one.end_s, other.end_s) - min(one.start_s, other.start_s)
    share = shared_s / whole_s if whole_s > 0.0 else 1.0
    distance = _distance(one, other)
    return share - distance if distance <= 1.0 else None


def _distance(one: Trace, other: Trace) -> float:
    """From 0, the same place, to 1, as far as it may be; 0 where nothing tells."""
    if one.place_m is not None and other.place_m is not None:
        return hypot(*(a - b for a, b in zip(one.place_m, other.place_m, strict=True))) / NEAR_M
    is_one_picture = one.camera == other.camera
    if is_one_picture and one.pixel is not None and other.pixel is not None:
        return hypot(*(a - b for a, b in zip(one.pixel, other.pixel, strict=True))) / NEAR_PX
    return 0.0
