"""The presentation times and key frames of a video, found without decoding."""

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, cast, get_args
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from workers.errors import MediaError

# What tells the frames of a file apart: their presentation time; where that is missing, the
# decoding time of their packet; where both are missing, the place of their packet in the file.
FrameKey = Literal["pts", "dts", "ordinal"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of frames `[first_frame, end_frame)`, cut at key frames.

    The times are those of the first frame and of the end of the last one, in seconds.
    """

    first_frame: int
    end_frame: int
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class FrameIndex:
    """Every frame of a video in order of presentation; frame `i` is row `i` of each array.

    Attributes:
        pts_ticks: (N,) int64, strictly increasing, in units of `time_base`.
        is_key: (N,) bool, decoding can start here.
        keys: (N,) int64, what `key_kind` says: unique for each frame.
        key_kind: how `keys` are to be read; `pts` for all but old formats.
        time_base: seconds per tick.
        origin_ticks: the tick that is zero on the clock of `pts_seconds`.
        last_duration_ticks: how long the last frame is shown.
        stream_index: which stream of the file this is.
        missing_frames: how many more frames the file claims to have than it has.
    """

    pts_ticks: NDArray[np.int64]
    is_key: NDArray[np.bool_]
    keys: NDArray[np.int64]
    key_kind: FrameKey
    time_base: Fraction
    origin_ticks: int
    last_duration_ticks: int
    stream_index: int
    missing_frames: int

    def __post_init__(self) -> None:
        count = len(self.pts_ticks)
        if self.is_key.shape != (count,) or self.keys.shape != (count,):
            raise ValueError(
                f"expected arrays of shape ({count},), got {self.is_key.shape}, {self.keys.shape}"
            )
        if count == 0:
            raise ValueError("a frame index has at least one frame")
        if np.any(np.diff(self.pts_ticks) <= 0):
            raise ValueError("presentation times must increase strictly")

    def __len__(self) -> int:
        return len(self.pts_ticks)

    @property
    def pts_seconds(self) -> NDArray[np.float64]:
        """(N,) presentation times in seconds, on the clock that a player shows."""
        ticks = (self.pts_ticks - self.origin_ticks).astype(np.float64)
        return ticks * self.time_base.numerator / self.time_base.denominator

    @property
    def end_seconds(self) -> float:
        """When the last frame ends, on the clock of `pts_seconds`."""
        last = int(self.pts_ticks[-1]) - self.origin_ticks + self.last_duration_ticks
        return float(last * self.time_base)

    @property
    def frame_rate(self) -> float:
        """Average frames per second."""
        span = float((int(self.pts_ticks[-1]) - int(self.pts_ticks[0])) * self.time_base)
        if len(self) > 1:
            return (len(self) - 1) / span
        return 1.0 / float(max(self.last_duration_ticks, 1) * self.time_base)

    @property
    def is_variable_frame_rate(self) -> bool:
        """Whether some gap between frames is off the median by more than rounding explains."""
        gaps = np.diff(self.pts_ticks)
        if len(gaps) < 2:
            return False
        median = float(np.median(gaps))
        return bool(np.max(np.abs(gaps - median)) > max(1.0, 0.1 * median))

    def sample(self, fps: float | None) -> NDArray[np.int64]:
        """Choose the frames to analyse.

        Frame `i` is taken if and only if it is the first one at or after some point `k / fps`,
        counted from the first frame. Times are compared to within half a tick, because stored
        times are rounded to ticks.

        Args:
            fps: frames wanted per second; None, or the video's rate and above, means every frame.

        Returns:
            Increasing frame numbers, int64.

        Raises:
            ValueError: if `fps` is not a positive number.
        """
        if fps is not None and not (np.isfinite(fps) and fps > 0):
            raise ValueError(f"frames per second must be a positive number, not {fps}")
        if fps is None or fps >= self.frame_rate:
            return np.arange(len(self), dtype=np.int64)
        ticks_per_step = 1.0 / (fps * float(self.time_base))
        since_first = (self.pts_ticks - self.pts_ticks[0]).astype(np.float64) + 0.5
        # The number of grid points at or before each frame: it grows where one was passed.
        passed = np.floor(since_first / ticks_per_step).astype(np.int64)
        return np.flatnonzero(np.diff(passed, prepend=-1) > 0).astype(np.int64)

    def number_at(self, seconds: float) -> int:
        """Return the frame that a player shows at a time: the last one that has begun."""
        ticks = seconds / float(self.time_base) + self.origin_ticks
        # To within half a tick, as stored times are rounded.
        return max(0, int(np.searchsorted(self.pts_ticks, ticks + 0.5, side="right")) - 1)

    def segments(self, seconds: float = 30.0) -> list[Segment]:
        """Cut the video at key frames into stretches of about `seconds`.

        Every frame is in exactly one segment. A segment ends at the first key frame that is at
        least `seconds` after its start, so one without key frames is longer.
        """
        times = self.pts_seconds
        starts = [0]
        for number in np.flatnonzero(self.is_key).tolist():
            if times[number] - times[starts[-1]] >= seconds:
                starts.append(number)
        ends = [*starts[1:], len(self)]
        bounds = [*(float(times[start]) for start in starts), self.end_seconds]
        return [
            Segment(start, end, bounds[i], bounds[i + 1])
            for i, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]

    def save(self, path: str | Path) -> None:
        """Write the index to `path` at once or not at all."""
        part = Path(f"{path}.part")
        try:
            with open(part, "wb") as file:
                np.savez_compressed(
                    file,
                    pts_ticks=self.pts_ticks,
                    is_key=self.is_key,
                    keys=self.keys,
                    key_kind=np.array(self.key_kind),
                    scalars=np.array(
                        [
                            self.time_base.numerator,
                            self.time_base.denominator,
                            self.origin_ticks,
                            self.last_duration_ticks,
                            self.stream_index,
                            self.missing_frames,
                        ],
                        dtype=np.int64,
                    ),
                )
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    @staticmethod
    def load(path: str | Path) -> "FrameIndex":
        """Read an index that `save` wrote.

        Raises:
            MediaError: `frame_index_unreadable`.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                scalars = [int(value) for value in stored["scalars"]]
                return FrameIndex(
                    pts_ticks=stored["pts_ticks"],
                    is_key=stored["is_key"],
                    keys=stored["keys"],
                    key_kind=_to_key_kind(str(stored["key_kind"])),
                    time_base=Fraction(scalars[0], scalars[1]),
                    origin_ticks=scalars[2],
                    last_duration_ticks=scalars[3],
                    stream_index=scalars[4],
                    missing_frames=scalars[5],
                )
        except (OSError, ValueError, LookupError, EOFError, ArithmeticError, BadZipFile) as error:
            raise MediaError(
                "frame_index_unreadable", f"The frame index cannot be read ({error})."
            ) from error


def _to_key_kind(text: str) -> FrameKey:
    if text not in get_args(FrameKey):
        raise ValueError(f"unknown kind of frame key {text!r}")
    return cast(FrameKey, text)
