"""When each followed object was in sight."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class TrackSpan:
    """One object from when it was first seen to when it was last seen.

    Attributes:
        start_s, end_s: presentation times of those frames.
        kind: what it is.
    """

    start_s: float
    end_s: float
    kind: str


class SpanLog:
    """Gathers the spans of the objects of one tracker; what was seen once only is left out."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._open: dict[int, list[float]] = {}
        self._spans: list[TrackSpan] = []

    def see(self, tracks: Iterable[int], time_s: float) -> None:
        """Note what is in sight."""
        for track in tracks:
            self._open.setdefault(track, [time_s, time_s])[1] = time_s

    def end(self, tracks: Iterable[int]) -> None:
        """Note which tracks will not come back."""
        for track in tracks:
            start_s, end_s = self._open.pop(track, (0.0, 0.0))
            if end_s > start_s:
                self._spans.append(TrackSpan(start_s, end_s, self._kind))

    def finish(self) -> list[TrackSpan]:
        """End all tracks and return the spans, in order of time."""
        self.end(list(self._open))
        return sorted(self._spans)
