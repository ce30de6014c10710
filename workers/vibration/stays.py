"""From the sightings of one poker to stays in the concrete and drags through it.

Everything is in seconds. A run is an unbroken time in which a track shows a poker in the
concrete; it is cut at places where the poker moved on without being taken out.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, inf, isfinite
from statistics import median

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BRIDGE_S = 1.5
"""A poker unseen for no longer is taken to have stayed."""
STREAM_GAP_S = 3.0
"""Nothing is bridged over a longer time without frames."""
HELD_OUT_S = 0.4
"""So long must it be seen out of the concrete before it counts as taken out."""
SEEN_THROUGH_S = 0.5
"""A poker unseen for no longer cannot have been set down elsewhere."""
INTERPOLATED_S = 0.8
"""Time bridged for longer than this is worth a flag."""
JUMP_M = 0.25
"""Unseen in between, a poker that is back so far away has been set down elsewhere."""
LEFT_M = 0.30
"""Seen out of the concrete so far away, it has been taken out at once."""
SAME_PLACE_M = 0.20
SUPPORT_S = 1.0
SUPPORT_RATIO = 0.6
MOVING_M_S = 0.10
SLOPE_WINDOW_S = 2.0
FRINGE = 0.15
RUN_MAX_S = 600.0
"""Longer runs are handed over in parts, which merging joins again: memory stays flat."""


@dataclass(slots=True)
class Sighting:
    """A poker seen in the concrete in one frame.

    Attributes:
        ordinal: number of the frame among those that were analysed.
        gap_before_s: time since the analysed frame before; infinite at the start of a stream.
        gap_after_s: time to the one after; infinite until it is known.
    """

    time_s: float
    ordinal: int
    x: float
    y: float
    gap_before_s: float
    gap_after_s: float


class End(StrEnum):
    """How a run or a stay ended."""

    WITHDRAWN = "withdrawn"
    MOVED = "moved"
    VANISHED = "vanished"
    INTERRUPTED = "interrupted"


@dataclass(slots=True)
class Run:
    """Consecutive sightings of one track in the concrete.

    Attributes:
        is_hidden: a person stood before the place when the poker vanished.
        out_before_s, out_after_s: when it was last seen out of the concrete before, and first
            after; not finite where it was not.
    """

    sightings: list[Sighting]
    end: End
    is_hidden: bool = False
    out_before_s: float = -inf
    out_after_s: float = inf


@dataclass(frozen=True, slots=True)
class Stay:
    """A poker in one place of the concrete.

    Attributes:
        start_s, end_s: first and last sighting.
        unseen_before_s, unseen_after_s: how long before and after it the poker was not seen, up
            to when it was out of the concrete; infinite where it was not seen out.
        gap_before_s, gap_after_s: between the neighbouring frames and these sightings.
        first_ordinal, last_ordinal: frames of these sightings.
        seen: number of sightings.
        scatter_m: root mean square distance of the sightings from their mean, per axis.
        is_hidden: a person stood before the place when it ended by vanishing.
        is_interpolated: it was unseen in between for longer than `INTERPOLATED_S`.
    """

    start_s: float
    end_s: float
    unseen_before_s: float
    unseen_after_s: float
    gap_before_s: float
    gap_after_s: float
    first_ordinal: int
    last_ordinal: int
    seen: int
    x: float
    y: float
    scatter_m: float
    end: End
    is_hidden: bool
    is_interpolated: bool


@dataclass(frozen=True, slots=True)
class Drag:
    """A poker that moved through the concrete.

    Attributes:
        path_m: straight from where it left to where it came to.
        observed_ratio: share of the frames of that time which show it in the concrete.
        sigma_m: standard deviation of its places, per axis; None without a calibration.
        camera: name of the camera that saw it; empty where there is only one.
    """

    start_s: float
    end_s: float
    path_m: float
    speed_m_s: float
    x: float
    y: float
    observed_ratio: float
    sigma_m: float | None = None
    camera: str = ""


class RunBuilder:
    """Turns what is seen of one poker track into runs, with hysteresis in seconds."""

    def __init__(self) -> None:
        self._sightings: list[Sighting] = []
        self._out_since_s: float | None = None
        self._out_before_s = self._out_last_s = -inf
        self._is_hidden = False

    @property
    def last(self) -> Sighting | None:
        """The newest sighting of the open run."""
        return self._sightings[-1] if self._sightings else None

    def see_in(self, sighting: Sighting) -> Run | None:
        """Take a sighting in the concrete; return the run that had ended before it, if any."""
        done = None
        last = self.last
        if last is not None:
            gap_s, unseen_s = sighting.gap_before_s, sighting.time_s - last.time_s
            is_unseen = unseen_s > max(SEEN_THROUGH_S, 1.5 * gap_s) or gap_s > BRIDGE_S
            is_near = not is_unseen or self._distance_from_recent(sighting) <= JUMP_M
            # Below 2 frames a second one miss is longer than the bridge itself.
            is_bridged = unseen_s <= max(BRIDGE_S, 2.5 * gap_s) + 1e-6 and gap_s <= STREAM_GAP_S
            if not (is_near and is_bridged):
                done = self._close(End.INTERRUPTED if is_near else End.WITHDRAWN)
            elif last.time_s - self._sightings[0].time_s > RUN_MAX_S:
                done = self._close(End.INTERRUPTED)
        if not self._sightings:
            self._out_before_s = self._out_last_s
        self._sightings.append(sighting)
        self._out_since_s = None
        self._is_hidden = False
        return done

    def see_out(self, time_s: float, x: float, y: float) -> Run | None:
        """Take a sighting out of the concrete; return the run that it ends, if it does."""
        self._out_last_s = time_s
        last = self.last
        if last is None:
            return None
        if self._out_since_s is None:
            self._out_since_s = time_s
        is_away = hypot(x - last.x, y - last.y) > LEFT_M
        if is_away or time_s - self._out_since_s >= HELD_OUT_S - 1e-6:
            return self._close(End.WITHDRAWN)
        return None

    def hide(self) -> None:
        """Note that somebody stands before the place."""
        self._is_hidden = True

    def finish(self) -> Run | None:
        """Return the run that is open when the track or the stream ends."""
        if self.last is None:
            return None
        return self._close(End.VANISHED if self._out_since_s is None else End.WITHDRAWN)

    def _distance_from_recent(self, sighting: Sighting) -> float:
        """Return the distance from the newest sightings: the last if moving, most if at rest."""
        recent = self._sightings[-5:]
        x = median(one.x for one in recent)
        y = median(one.y for one in recent)
        last = recent[-1]
        return min(
            hypot(sighting.x - x, sighting.y - y), hypot(sighting.x - last.x, sighting.y - last.y)
        )

    def _close(self, end: End) -> Run:
        run = Run(
            self._sightings, end, self._is_hidden and end is End.VANISHED, self._out_before_s,
            inf if self._out_since_s is None else self._out_since_s,
        )  # fmt: skip
        self._sightings = []
        self._out_since_s = None
        self._is_hidden = False
        return run


def split_run(run: Run) -> tuple[list[Stay], list[Drag]]:
    """Cut a run where the poker moved on, and keep what is well supported.

    A stay is dropped unless some `SUPPORT_S` of it shows the poker in `SUPPORT_RATIO` of the
    frames; its ends are moved in to where that begins and ceases to hold.
    """
    times = np.array([sighting.time_s for sighting in run.sightings])
    places = np.array([[sighting.x, sighting.y] for sighting in run.sightings])
    moves = _moves(times, places)
    stays: list[Stay] = []
    drags: list[Drag] = []
    begin = 0
    for index, (leave, arrive, length) in enumerate([*moves, (len(times) - 1, len(times), 0.0)]):
        is_last = index == len(moves)
        stay = _stay(
            Run(
                run.sightings[begin : leave + 1],
                run.end if is_last else End.MOVED,
                run.is_hidden and is_last,
                run.out_before_s if index == 0 else -inf,
                run.out_after_s if is_last else inf,
            )
        )
        if stay is not None:
            stays.append(stay)
        if not is_last:
            drags.append(_drag(run.sightings[leave : arrive + 1], length))
        begin = arrive
    return stays, drags


def _moves(times: Floats, places: Floats) -> list[tuple[int, int, float]]:
    """Return each move farther than a stay: last sighting before, first after, and its length.

    Before and after mean within the first and the last `FRINGE` of the way, where noise cannot be
    told from moving.
    """
    if len(times) < 4 or float(np.ptp(places, axis=0).max()) < SAME_PLACE_M:
        return []
    smooth = _median_of_three(places)
    is_moving = _speeds(times, smooth) > MOVING_M_S
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_moving, [False]]).astype(np.int8)))
    moves = []
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        last = stop - 1
        start, goal = _middle(times, smooth, first, -1), _middle(times, smooth, last, 1)
        way = goal - start
        length = float(np.hypot(*way))
        if length <= SAME_PLACE_M:
            continue
        along = ((smooth[first : last + 1] - start) @ way) / length**2
        half = int(np.argmax(along > 0.5))
        before = np.flatnonzero(along[: half + 1] < FRINGE)
        after = np.flatnonzero(along[half:] > 1.0 - FRINGE)
        leave = first + (int(before[-1]) if len(before) else 0)
        arrive = first + half + (int(after[0]) if len(after) else len(along) - 1 - half)
        moves.append((int(leave), int(max(arrive, leave + 1)), length))
    return moves


def _median_of_three(places: Floats) -> Floats:
    smooth = places.copy()
    smooth[1:-1] = np.median(np.stack([places[:-2], places[1:-1], places[2:]]), axis=0)
    return smooth


def _speeds(times: Floats, places: Floats) -> Floats:
    """Return (N,) speeds: slope of a straight line through the window around each time."""
    from_, to = _windows(times, SLOPE_WINDOW_S / 2.0)
    clock = times - times[0]
    centred = places - places.mean(axis=0)
    count = (to - from_).astype(np.float64)

    def window_sum(values: Floats) -> Floats:
        total = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
        result: Floats = total[to] - total[from_]
        return result

    sum_t = window_sum(clock)
    spread = window_sum(clock**2) - sum_t**2 / count
    shared = window_sum(clock[:, None] * centred)
    shared -= sum_t[:, None] * window_sum(centred) / count[:, None]
    slope = shared / np.maximum(spread, 1e-9)[:, None]
    result: Floats = np.where(count >= 3, np.hypot(slope[:, 0], slope[:, 1]), 0.0)
    return result


def _windows(times: Floats, half_s: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return (
        np.searchsorted(times, times - half_s - 1e-6, side="left"),
        np.searchsorted(times, times + half_s + 1e-6, side="right"),
    )


def _middle(times: Floats, places: Floats, index: int, direction: int) -> Floats:
    """Return the median place of the 0.8 s before (-1) or after (1) a sighting."""
    reach = times[index] + 0.8 * direction
    low, high = min(times[index], reach), max(times[index], reach)
    is_near = (times >= low) & (times <= high)
    result: Floats = np.median(places[is_near], axis=0)
    return result


def _stay(part: Run) -> Stay | None:
    supported = _supported(part.sightings)
    if supported is None:
        return None
    sightings = part.sightings[slice(*supported)]
    places = np.array([[sighting.x, sighting.y] for sighting in sightings])
    middle = np.median(places, axis=0)
    distances = np.hypot(*(places - middle).T)
    kept = places[distances <= max(0.15, 3.0 * float(np.median(distances)))]
    x, y = (float(value) for value in kept.mean(axis=0))
    first, last = sightings[0], sightings[-1]
    return Stay(
        first.time_s, last.time_s, first.time_s - part.out_before_s,
        part.out_after_s - last.time_s, first.gap_before_s, last.gap_after_s,
        first.ordinal, last.ordinal, len(sightings), x, y,
        float(np.sqrt(kept.var(axis=0).mean())), part.end, part.is_hidden,
        any(
            later.time_s - one.time_s > INTERPOLATED_S and later.ordinal - one.ordinal > 1
            for one, later in itertools.pairwise(sightings)
        ),
    )  # fmt: skip


def _supported(sightings: Sequence[Sighting]) -> tuple[int, int] | None:
    """Return the half-open range from the first to the last well supported window."""
    first: int | None = None
    stop = to = 0
    for index, sighting in enumerate(sightings):
        gap_s = sighting.gap_after_s if isfinite(sighting.gap_after_s) else sighting.gap_before_s
        window_s = max(SUPPORT_S, 2.5 * min(gap_s, BRIDGE_S)) if isfinite(gap_s) else SUPPORT_S
        to = max(to, index)
        while to < len(sightings) and sightings[to].time_s < sighting.time_s + window_s - 1e-6:
            to += 1
        seen = to - index
        frames = sightings[to - 1].ordinal - sighting.ordinal + 1
        expected = max(frames, int(window_s / gap_s) if isfinite(gap_s) else frames)
        if seen >= max(2.0, SUPPORT_RATIO * expected):
            first = index if first is None else first
            stop = max(stop, to)
    return None if first is None else (first, stop)


def _drag(sightings: Sequence[Sighting], path_m: float) -> Drag:
    """Measure a move from the part of it between the fringes, at whose pace the rest went too."""
    first, last = sightings[0], sightings[-1]
    shown_m = hypot(last.x - first.x, last.y - first.y)
    shown_s = max(last.time_s - first.time_s, 1e-6)
    elapsed_s = shown_s * min(max(path_m / max(shown_m, 1e-6), 1.0), 1.0 / (1.0 - 2.0 * FRINGE))
    fringe_s = (elapsed_s - shown_s) / 2.0
    return Drag(
        first.time_s - fringe_s, last.time_s + fringe_s, path_m, path_m / elapsed_s,
        (first.x + last.x) / 2.0, (first.y + last.y) / 2.0,
        len(sightings) / (last.ordinal - first.ordinal + 1),
    )  # fmt: skip
