"""Chosen frames of a video as pictures of their own."""

import os
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workers.errors import MediaError
from workers.media.decode import read_frames
from workers.media.frame_index import FrameIndex

# What training sees should not have lost more than the video has.
_QUALITY = 95


def save_stills(
    path: str | Path,
    index: FrameIndex,
    frames: NDArray[np.int64],
    folder: Path,
    on_saved: Callable[[int], None] = lambda _: None,
) -> None:
    """Write each frame, upright and in its own size, to `folder/NUMBER.jpg`.

    Frames are decoded from the key frame before each of them, so that few frames of a long video
    cost little. Each file appears at once or not at all.

    Args:
        frames: (N,) int64, strictly increasing frame numbers.
        on_saved: told how many there are so far.

    Raises:
        MediaError: `frame_not_decodable`, and what `read_frames` raises.
        OSError: a picture cannot be written.
    """
    count = 0
    for group in _by_key_frame(index, frames):
        for frame in read_frames(path, index, group):
            _save(frame.image, folder / f"{frame.number}.jpg")
            count += 1
            on_saved(count)
    if count < len(frames):
        missing = len(frames) - count
        raise MediaError("frame_not_decodable", f"{missing} of {len(frames)} frames are damaged.")


def _by_key_frame(index: FrameIndex, frames: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    key_frames = np.flatnonzero(index.is_key)
    starts = np.searchsorted(key_frames, frames, side="right")
    for _, pairs in groupby(
        zip(starts.tolist(), frames.tolist(), strict=True), lambda pair: pair[0]
    ):
        yield np.array([frame for _, frame in pairs], dtype=np.int64)


def _save(image: NDArray[np.uint8], out_path: Path) -> None:
    part = out_path.with_suffix(".part")
    try:
        Image.fromarray(np.ascontiguousarray(image)).save(part, format="JPEG", quality=_QUALITY)
        os.replace(part, out_path)
    finally:
        part.unlink(missing_ok=True)
