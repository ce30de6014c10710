"""Insertions: stays joined by place and time, with their uncertainty."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import hypot, isfinite, sqrt

from workers.vibration.stays import BRIDGE_S, SAME_PLACE_M, SEEN_THROUGH_S, STREAM_GAP_S, End, Stay

TOUCH_S = 1.0
"""Shorter stays are touches of the surface and no insertions."""
MERGE_GAP_S = 3.0
SAME_HOLE_M = SAME_PLACE_M / 2.0
"""A poker that was seen taken out has come back to its place only if it is so near to it.

Farther away, it is nearer to another place than to its own.
"""


class Origin(StrEnum):
    """Who says that there was an insertion."""

    DETECTED = "detected"
    ADDED = "added"
    CORRECTED = "corrected"


class Flag(StrEnum):
    """What to know about an insertion before judging it."""

    TRUNCATED = "truncated"
    INTERPOLATED = "interpolated"
    LOW_OBSERVATION = "low_observation"
    CAMERA_MOVED = "camera_moved"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class View:
    """An insertion as one camera saw it.

    Attributes:
        camera: name of the camera; empty where there is only one.
        start_s, end_s: on the clock of its video.
        pixel: entry point (u, v) in the upright picture; None where it cannot be told.
    """

    camera: str
    start_s: float
    end_s: float
    pixel: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Insertion:
    """One stay of a poker in the concrete.

    Attributes:
        lift: number of the lift in the site.
        x_m, y_m: place on the ground; None without a calibration.
        sigma_m: standard deviation of the place, per axis; None without a calibration.
        duration_s: time in the concrete, one sampling interval longer than from the first to the
            last sighting.
        duration_sigma_s: its standard deviation, from the times in which it may have begun and
            ended.
        observed_ratio: share of the frames of that time which show the poker there.
        sightings: number of frames which show the poker there.
        flags: `Flag`s, sorted.
        tilt_deg, withdrawal_m_s: pose of the rod, where something could measure it.
        views: how cameras saw it, the one that saw it best first.
        edit: number of the last correction by hand that it comes from.
    """

    id: int
    lift: int
    x_m: float | None
    y_m: float | None
    sigma_m: float | None
    start_s: float
    end_s: float
    duration_s: float
    duration_sigma_s: float
    observed_ratio: float
    sightings: int
    flags: tuple[Flag, ...] = ()
    tilt_deg: float | None = None
    withdrawal_m_s: float | None = None
    views: tuple[View, ...] = ()
    origin: Origin = Origin.DETECTED
    edit: int | None = None

    @property
    def place(self) -> tuple[float, float]:
        """The place in metres; only for insertions that have one."""
        if self.x_m is None or self.y_m is None:
            raise ValueError(f"insertion {self.id} has no place in metres")
        return self.x_m, self.y_m

    @property
    def is_placed(self) -> bool:
        """Whether its place in metres can be trusted."""
        return self.x_m is not None and Flag.CAMERA_MOVED not in self.flags

    @property
    def is_judgeable(self) -> bool:
        """Whether its duration was seen well enough to call it too short."""
        return Flag.TRUNCATED not in self.flags and Flag.LOW_OBSERVATION not in self.flags


@dataclass(slots=True)
class _Group:
    """Stays of one insertion while it is put together."""

    stays: list[Stay]
    held_out_s: float = 0.0

    @property
    def end_s(self) -> float:
        return self.last.end_s

    @property
    def last(self) -> Stay:
        return max(self.stays, key=lambda one: one.end_s)

    @property
    def reach_m(self) -> float:
        """How far away the next stay may be to belong to this insertion."""
        is_seen_out = isfinite(self.last.unseen_after_s)
        return SAME_HOLE_M if is_seen_out else SAME_PLACE_M

    @property
    def seen(self) -> int:
        return sum(stay.seen for stay in self.stays)

    @property
    def place(self) -> tuple[float, float]:
        seen = self.seen
        return (
            sum(stay.x * stay.seen for stay in self.stays) / seen,
            sum(stay.y * stay.seen for stay in self.stays) / seen,
        )


@dataclass(frozen=True, slots=True)
class Located:
    """Where a stay was.

    Attributes:
        metric: x_m, y_m, sigma_m; None without a calibration.
        pixel: in the upright picture.
    """

    metric: tuple[float, float, float] | None
    pixel: tuple[float, float] | None


Locate = Callable[[float, tuple[float, float], float], Located]
"""(start, place, duration in seconds) -> where that is."""


def insertions_from_stays(
    stays: Sequence[Stay], locate: Locate, lift_at: Callable[[float], int], *, sees_out: bool,
    observed_min: float, watched: Sequence[tuple[float, float]],
) -> list[Insertion]:  # fmt: skip
    """Join stays by place and time, whatever track they came from, and measure them.

    Args:
        stays: in any order.
        sees_out: the detector shows pokers out of the concrete too, so that one which just
            vanishes is hidden; otherwise vanishing is the only sign of being taken out.
        observed_min: smallest `observed_ratio` of an insertion that can be judged.
        watched: first and last frame of each time without a gap in the stream.

    Returns:
        Insertions in order of their start, numbered from 1.
    """
    insertions = []
    for group in _joined(stays, lift_at):
        insertion = _insertion(
            group, locate, lift_at, sees_out=sees_out, observed_min=observed_min, watched=watched
        )
        if insertion.duration_s >= TOUCH_S - 1e-6:
            insertions.append(insertion)
    insertions.sort(key=lambda one: (one.start_s, one.end_s, one.x_m or 0.0, one.y_m or 0.0))
    return [replace(one, id=number) for number, one in enumerate(insertions, start=1)]


def _joined(stays: Sequence[Stay], lift_at: Callable[[float], int]) -> list[_Group]:
    done: list[_Group] = []
    recent: list[_Group] = []
    for stay in sorted(stays, key=lambda one: (one.start_s, one.end_s, one.x, one.y)):
        sampling_s = stay.gap_after_s if isfinite(stay.gap_after_s) else 0.0
        gap_max_s = max(MERGE_GAP_S, 2.5 * min(sampling_s, STREAM_GAP_S))
        done += [group for group in recent if stay.start_s - group.end_s >= 4.0 * MERGE_GAP_S]
        recent = [group for group in recent if stay.start_s - group.end_s < 4.0 * MERGE_GAP_S]
        near = [
            (distance, group)
            for group in recent
            if (distance := _distance(group.place, stay)) < group.reach_m
            and stay.start_s - group.end_s < gap_max_s
            and lift_at(group.stays[0].start_s) == lift_at(stay.start_s)
        ]
        if near:
            _, group = min(near, key=lambda pair: pair[0])
            last = group.last
            if last.end in (End.WITHDRAWN, End.MOVED):
                between_s = stay.start_s - last.end_s - stay.gap_before_s
                group.held_out_s += max(0.0, between_s)
            group.stays.append(stay)
        else:
            recent.append(_Group([stay]))
    return done + recent


def _distance(place: tuple[float, float], stay: Stay) -> float:
    return hypot(place[0] - stay.x, place[1] - stay.y)


def _insertion(
    group: _Group, locate: Locate, lift_at: Callable[[float], int], *, sees_out: bool,
    observed_min: float, watched: Sequence[tuple[float, float]],
) -> Insertion:  # fmt: skip
    first = min(group.stays, key=lambda one: one.start_s)
    last = group.last
    before_s = _edge_s(first.gap_before_s, first.gap_after_s, first.unseen_before_s)
    after_s = _edge_s(last.gap_after_s, last.gap_before_s, last.unseen_after_s)
    duration_s = last.end_s - first.start_s + (before_s + after_s) / 2.0 - group.held_out_s
    frames = max(stay.last_ordinal for stay in group.stays) - first.first_ordinal + 1
    observed_ratio = min(1.0, group.seen / frames)
    located = locate(first.start_s, group.place, duration_s)
    x_m, y_m, sigma_m = located.metric or (None, None, None)
    start_s, end_s = first.start_s - before_s / 2.0, last.end_s + after_s / 2.0
    return Insertion(
        id=0,
        lift=lift_at(first.start_s),
        x_m=x_m,
        y_m=y_m,
        sigma_m=sigma_m,
        start_s=start_s,
        end_s=end_s,
        duration_s=duration_s,
        duration_sigma_s=sqrt((before_s**2 + after_s**2) / 12.0),
        observed_ratio=observed_ratio,
        sightings=group.seen,
        flags=_flags(
            group,
            first,
            last,
            sees_out=sees_out,
            is_hardly_seen=observed_ratio < observed_min,
            is_cut=_is_cut(first, last, watched),
        ),
        views=(View("", start_s, end_s, located.pixel),),
    )


def _flags(
    group: _Group, first: Stay, last: Stay, *, sees_out: bool, is_hardly_seen: bool, is_cut: bool
) -> tuple[Flag, ...]:
    flags: set[Flag] = set()
    is_unfinished = last.end is End.INTERRUPTED or (
        last.end is End.VANISHED and (sees_out or last.is_hidden)
    )
    if is_unfinished or is_cut:
        flags.add(Flag.TRUNCATED)
    if len(group.stays) > 1 or any(stay.is_interpolated for stay in group.stays):
        flags.add(Flag.INTERPOLATED)
    if is_hardly_seen:
        flags.add(Flag.LOW_OBSERVATION)
    return tuple(sorted(flags))


def _is_cut(first: Stay, last: Stay, watched: Sequence[tuple[float, float]]) -> bool:
    """Whether it may reach beyond the frames: at their edge a poker is missed like elsewhere."""
    if first.gap_before_s > STREAM_GAP_S or last.gap_after_s > STREAM_GAP_S:
        return True
    return any(
        (0.0 <= first.start_s - start_s <= SEEN_THROUGH_S and not isfinite(first.unseen_before_s))
        or (0.0 <= end_s - last.end_s <= SEEN_THROUGH_S and not isfinite(last.unseen_after_s))
        for start_s, end_s in watched
    )


def _edge_s(gap_s: float, other_gap_s: float, unseen_s: float) -> float:
    """Return in how long a time before or after its sightings a stay may have begun or ended.

    That is the time to the neighbouring frame, or to the one that shows the poker out of the
    concrete if it was not seen for a while. At the edge of a stream there is only the gap on the
    other side to go by.
    """
    usable_s = [gap for gap in (gap_s, other_gap_s) if gap <= STREAM_GAP_S]
    edge_s = usable_s[0] if usable_s else 0.0
    return max(edge_s, min(unseen_s, BRIDGE_S)) if unseen_s < STREAM_GAP_S else edge_s
