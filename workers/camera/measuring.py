"""The movement of the camera over a whole video."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.camera.view import Boxes, ReferenceView
from workers.errors import MediaError
from workers.media.decode import read_frames
from workers.media.frame_index import FrameIndex
from workers.vibration.camera import CameraShift
from workers.vibration.frames import FrameLike

KEY_FRAME_GAP_MAX_S = 2.5
"""Where key frames are no further apart, they alone are looked at: that is many times faster."""

BOXES_HOLD_S = 1.0
"""Boxes say where things are this long before and after."""


def measure_camera(
    path: str | Path,
    index: FrameIndex,
    *,
    reference_seconds: float,
    rate: float = 1.0,
    frames: Callable[[], Iterable[FrameLike]] = tuple,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[CameraShift]:
    """Measure about `rate` times a second how far the picture is from the reference.

    Memory does not grow with the length of the video.

    Args:
        path: the video that `index` was built from.
        index: its frame index.
        reference_seconds: the calibrated picture is the one shown at this time.
        rate: measurements per second of video.
        frames: gives the frame results in order of time, again each time it is called; what has
            a box in them is not taken for standing still.
        on_progress: called with the share of the video that is done.

    Raises:
        ReferencePlainError: the reference picture shows nothing to hold on to.
        MediaError: `video_not_decodable`, and what `read_frames` raises.
    """
    chosen, only_keys = sampled(index, rate)
    number = index.number_at(reference_seconds)
    reference = next(iter(read_frames(path, index, np.array([number]))), None)
    if reference is None:
        raise MediaError("video_not_decodable", "The reference picture cannot be decoded.")
    at_reference = _Boxes(frames()).at(reference.pts_seconds)
    view = ReferenceView(reference.image, at_reference)
    boxes = _Boxes(frames())
    for frame in read_frames(path, index, chosen, only_key_frames=only_keys):
        yield view.shift_of(frame.image, frame.pts_seconds, boxes.at(frame.pts_seconds))
        if on_progress is not None:
            on_progress((frame.number + 1) / len(index))


def sampled(index: FrameIndex, rate: float) -> tuple[NDArray[np.int64], bool]:
    """Choose the frames to measure in, and whether all of them are key frames."""
    keys = np.flatnonzero(index.is_key).astype(np.int64)
    times = index.pts_seconds
    gaps = np.diff(np.append(times[keys], index.end_seconds))
    if len(keys) == 0 or keys[0] != 0 or gaps.max() > max(KEY_FRAME_GAP_MAX_S, 1.0 / rate):
        return index.sample(rate), False
    slots = np.floor((times[keys] - times[0]) * rate + 1e-6).astype(np.int64)
    return keys[np.diff(slots, prepend=-1) > 0], True


class _Boxes:
    """The boxes of the frame result nearest to a time, for times that only grow."""

    def __init__(self, frames: Iterable[FrameLike]) -> None:
        self._frames = iter(frames)
        self._next: FrameLike | None = next(self._frames, None)
        self._near: list[FrameLike] = []

    def at(self, time_s: float) -> Boxes:
        """Return what is boxed at a time, or was or will be within a moment."""
        while self._next is not None and self._next.pts_seconds <= time_s + BOXES_HOLD_S:
            self._near.append(self._next)
            if self._next.pts_seconds < time_s - BOXES_HOLD_S:
                self._near.clear()
            self._next = next(self._frames, None)
        self._near = [one for one in self._near if one.pts_seconds >= time_s - BOXES_HOLD_S]
        if not self._near:
            return ()
        return min(self._near, key=lambda one: abs(one.pts_seconds - time_s)).boxes
