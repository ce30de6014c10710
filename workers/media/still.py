"""One picture of a video, as a player shows it at a time."""

import os
from pathlib import Path

import numpy as np
from PIL import Image

from workers.errors import MediaError
from workers.media.decode import Frame, read_frames
from workers.media.frame_index import FrameIndex
from workers.media.indexing import build_frame_index

QUALITY = 92


def read_still(path: str | Path, seconds: float, index_path: Path | None = None) -> Frame:
    """Decode the frame that is shown at a time; after the end, the last one.

    Args:
        index_path: where the video's frame index was saved; built anew if it was not.

    Raises:
        MediaError: `video_not_decodable`, and what reading the index or the video raises.
    """
    index = FrameIndex.load(index_path) if index_path else build_frame_index(path)
    number = index.number_at(seconds)
    for frame in read_frames(path, index, np.array([number])):
        return frame
    raise MediaError("video_not_decodable", "The picture at this time cannot be decoded.")


def save_still(
    path: str | Path, seconds: float, out_path: Path, index_path: Path | None = None
) -> Frame:
    """Write a frame as JPEG, upright and in its own size, at once or not at all.

    Raises:
        MediaError: what `read_still` raises.
        OSError: if the picture cannot be written.
    """
    frame = read_still(path, seconds, index_path)
    save_jpeg(frame.image, out_path)
    return frame


def save_jpeg(image: "np.typing.NDArray[np.uint8]", out_path: Path) -> None:
    """Write (H, W, 3) uint8 RGB as JPEG, at once or not at all."""
    part = out_path.with_name(out_path.name + ".part")
    try:
        Image.fromarray(np.ascontiguousarray(image)).save(part, "JPEG", quality=QUALITY)
        os.replace(part, out_path)
    finally:
        part.unlink(missing_ok=True)
