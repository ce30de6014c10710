"""Frame results as the vibration analysis takes them: in time order, once each, checked."""

import heapq
import json
import math
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from workers.vibration.errors import FramesError

REORDER_WINDOW = 2048
"""So many frames may wait for an earlier one: more than a 30 s segment at 60 per second."""


_TIME = re.compile(rb'"pts_seconds"\s*:\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*[,}]')


class FrameLike(Protocol):
    """The part of a frame result that is used here.

    `boxes` are xyxy in absolute pixels of the upright picture. Track ids are not used: place and
    time say more about a poker than a tracker's idea of identity.
    """

    @property
    def pts_seconds(self) -> float: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def boxes(self) -> Sequence[Sequence[float]]: ...
    @property
    def scores(self) -> Sequence[float]: ...
    @property
    def labels(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """One analysed frame."""

    pts_seconds: float
    width: int
    height: int
    boxes: Sequence[Sequence[float]]
    scores: Sequence[float]
    labels: Sequence[str]


def frame_from_json(data: object) -> Frame:
    """Read one frame result in the contract's shape.

    Raises:
        FramesError: it is not one; the message says what is wrong with it.
    """
    try:
        if not isinstance(data, dict):
            raise TypeError("expected an object")
        frame = Frame(
            float(data["pts_seconds"]), int(data["width"]), int(data["height"]),
            data["boxes"], data["scores"], data["labels"],
        )  # fmt: skip
        _check(frame)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise FramesError("frame_invalid", f"Not a frame result: {reason}.") from error
    return frame


def _frame_from_line(line: bytes, number: int) -> Frame:
    try:
        return frame_from_json(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise FramesError("frame_invalid", f"Line {number}: not JSON: {error}.") from error
    except FramesError as error:
        raise FramesError(error.code, f"Line {number}: {error.message}") from error


# Of seconds and pixels; what is larger would only run over in a formula.
_LARGEST = 1e12


def _check(frame: Frame) -> None:
    if not abs(frame.pts_seconds) <= _LARGEST:
        raise ValueError("pts_seconds is not finite")
    if not (1 <= frame.width <= _LARGEST and 1 <= frame.height <= _LARGEST):
        raise ValueError("width and height must be positive")
    if not len(frame.boxes) == len(frame.scores) == len(frame.labels):
        raise ValueError(
            f"{len(frame.boxes)} boxes, {len(frame.scores)} scores, {len(frame.labels)} labels"
        )
    if not all(isinstance(label, str) for label in frame.labels):
        raise ValueError("a label is not a text")
    if not all(isinstance(score, int | float) for score in frame.scores):
        raise ValueError("a score is not a number")
    for box in frame.boxes:
        x1, y1, x2, y2 = box
        if not all(abs(value) <= _LARGEST for value in (x1, y1, x2, y2)):
            raise ValueError("a box is not finite")


class FrameFile:
    """A file of frame results, read in time order whatever the order of its lines.

    Only the time and the place of each line are kept, 24 bytes. Errors name the line.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        times, offsets, numbers = array("d"), array("q"), array("q")
        offset = 0
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    times.append(_time_of(line, number))
                    offsets.append(offset)
                    numbers.append(number)
                offset += len(line)
        self._offsets, self._numbers = offsets, numbers
        self._order = np.argsort(np.frombuffer(times), kind="stable")

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Frame]:
        with self._path.open("rb") as file:
            for index in self._order:
                file.seek(self._offsets[index])
                yield _frame_from_line(file.readline(), self._numbers[index])


def _time_of(line: bytes, number: int) -> float:
    """Return the time of a line; the pattern spares parsing every line twice."""
    found = _TIME.findall(line)
    time_s = float(found[0]) if len(found) == 1 else math.inf
    # Whatever the pattern does not fit is for the parser to read, or to refuse.
    return time_s if math.isfinite(time_s) else _frame_from_line(line, number).pts_seconds


class FrameOrder:
    """Puts frames into time order and drops repeated ones, and counts what it did.

    Attributes:
        moved: frames that came after a later one.
        repeated: frames dropped because their time was there already.
    """

    def __init__(self) -> None:
        self.moved = 0
        self.repeated = 0

    def ordered(self, frames: Iterable[FrameLike]) -> Iterator[FrameLike]:
        """Yield frames in time order; of several with one time, the first.

        Raises:
            FramesError: a frame came more than `REORDER_WINDOW` frames too late.
        """
        waiting: list[tuple[float, int, FrameLike]] = []
        newest, last = -math.inf, -math.inf
        for number, frame in enumerate(frames):
            if frame.pts_seconds < newest:
                self.moved += 1
            newest = max(newest, frame.pts_seconds)
            heapq.heappush(waiting, (frame.pts_seconds, number, frame))
            if len(waiting) > REORDER_WINDOW:
                time_s, _, first = heapq.heappop(waiting)
                if self._is_new(time_s, last):
                    yield first
                    last = time_s
        while waiting:
            time_s, _, first = heapq.heappop(waiting)
            if self._is_new(time_s, last):
                yield first
                last = time_s

    def _is_new(self, time_s: float, last: float) -> bool:
        if time_s < last:
            raise FramesError(
                "frames_out_of_order",
                f"The frame at {time_s:.3f} s came more than {REORDER_WINDOW} frames too late; "
                "sort the frame results by time.",
            )
        if time_s == last:
            self.repeated += 1
            return False
        return True
