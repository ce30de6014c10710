"""Follow points over time at any rate from 0.5 to 60 frames a second.

The distance to the predicted place is the only cue: overlap of boxes says nothing at two
frames a second, and ByteTrack's author calls Kalman-only matching unfit below 10. Every length
is in the object's own metres (`unit`), so one tracker serves ground metres and pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf

import numpy as np
import scipy


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """How a kind of object moves.

    Attributes:
        max_speed_m_s: faster than this is another object.
        slack_m: noise allowed on top of the way it can have gone.
        max_reach_m: no re-appearance farther from the last place than this.
        near_m: so near to the prediction is the same object; settled before anything else.
        lost_after_s: a track unseen for longer has ended.
        velocity_memory_s: time constant of the velocity; 0 for things that mostly stand still.
    """

    max_speed_m_s: float = 3.0
    slack_m: float = 0.4
    max_reach_m: float = 5.0
    near_m: float = 0.3
    lost_after_s: float = 3.0
    velocity_memory_s: float = 0.0


# A poker is out of sight for a while between two insertions, so it is waited for longer.
POKER = TrackerSettings(lost_after_s=10.0)
PERSON = TrackerSettings(slack_m=0.6, near_m=0.5, velocity_memory_s=0.5)

Point = tuple[float, float, float]
"""x, y and the length of one metre there (`unit`), all in the same coordinates."""


@dataclass(slots=True)
class Track:
    """Where an object was last seen, and how fast it went."""

    id: int
    x: float
    y: float
    unit: float
    seen_s: float
    vx: float = 0.0
    vy: float = 0.0

    def predicted_at(self, time_s: float) -> tuple[float, float]:
        """Return where it should be; a velocity is trusted for one second."""
        ahead_s = min(time_s - self.seen_s, 1.0)
        return self.x + self.vx * ahead_s, self.y + self.vy * ahead_s


class Tracker:
    """Gives each point of each frame the id of the object it belongs to.

    Ids count from 1 in each instance. Frames must come in time order.
    """

    def __init__(self, settings: TrackerSettings) -> None:
        self.settings = settings
        self._tracks: list[Track] = []
        self._next_id = 1

    def update(self, time_s: float, points: Sequence[Point]) -> tuple[list[int], list[int]]:
        """Assign the points of one frame.

        Args:
            time_s: presentation time, not before the last one.
            points: N points.

        Returns:
            The N track ids, and the ids of the tracks that have ended before this frame.
        """
        horizon = time_s - self.settings.lost_after_s
        ended = [track.id for track in self._tracks if track.seen_s < horizon]
        if ended:
            self._tracks = [track for track in self._tracks if track.seen_s >= horizon]
        if not points:
            return [], ended
        matches = self._match(time_s, points)
        ids = []
        for index, point in enumerate(points):
            track = matches.get(index)
            if track is None:
                track = Track(self._next_id, *point, time_s)
                self._next_id += 1
                self._tracks.append(track)
            else:
                self._move(track, point, time_s)
            ids.append(track.id)
        return ids, ended

    def _move(self, track: Track, point: Point, time_s: float) -> None:
        x, y, unit = point
        elapsed_s = time_s - track.seen_s
        memory_s = self.settings.velocity_memory_s
        if memory_s > 0.0 and elapsed_s > 0.0:
            gain = 1.0 - exp(-elapsed_s / memory_s)
            track.vx += gain * ((x - track.x) / elapsed_s - track.vx)
            track.vy += gain * ((y - track.y) / elapsed_s - track.vy)
        track.x, track.y, track.unit, track.seen_s = x, y, unit, time_s

    def _match(self, time_s: float, points: Sequence[Point]) -> dict[int, Track]:
        """Settle what is near first: a lost track with a wide reach must not take its place."""
        settings = self.settings
        free_points = list(range(len(points)))
        free_tracks = list(self._tracks)
        matches: dict[int, Track] = {}
        for is_near in (True, False):
            if not free_points or not free_tracks:
                break
            costs: list[list[float]] = []
            for track in free_tracks:
                x, y = track.predicted_at(time_s)
                reach_m = settings.near_m
                if not is_near:
                    way_m = settings.max_speed_m_s * (time_s - track.seen_s)
                    reach_m = min(settings.slack_m + way_m, settings.max_reach_m)
                row = []
                for index in free_points:
                    px, py, unit = points[index]
                    squared = ((px - x) ** 2 + (py - y) ** 2) / (unit * track.unit)
                    row.append(squared if squared <= reach_m * reach_m else inf)
                costs.append(row)
            for row_index, column in assign(costs):
                matches[free_points[column]] = free_tracks[row_index]
            taken = {track.id for track in matches.values()}
            free_points = [index for index in free_points if index not in matches]
            free_tracks = [track for track in free_tracks if track.id not in taken]
        return matches


def assign(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pair rows and columns one to one: as many pairs as possible, then the lowest sum.

    Args:
        costs: R rows of C costs >= 0; `inf` where a pair is not allowed.

    Returns:
        (row, column) pairs by row.

    >>> assign([[1.0, 2.0], [1.5, inf]])
    [(0, 1), (1, 0)]
    """
    candidates = [
        (row, column)
        for row, line in enumerate(costs)
        for column, cost in enumerate(line)
        if cost < inf
    ]
    if len({row for row, _ in candidates}) == len({c for _, c in candidates}) == len(candidates):
        return candidates  # nothing competes, as in most frames
    matrix = np.array(costs, dtype=np.float64)
    allowed = np.isfinite(matrix)
    forbidden = (float(matrix[allowed].max()) + 1.0) * (min(matrix.shape) + 1)
    matrix[~allowed] = forbidden
    rows, columns = scipy.optimize.linear_sum_assignment(matrix)
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if allowed[row, column]
    ]
