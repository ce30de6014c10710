"""A still picture that stands for a video."""

import os
from pathlib import Path

import numpy as np
from PIL import Image

from workers.errors import MediaError
from workers.media.decode import read_frames
from workers.media.frame_index import FrameIndex
from workers.media.indexing import build_frame_index

# The very first frames are often black or blurred.
_PLACE = 0.1
_QUALITY = 80


def make_thumbnail(path: str | Path, out_path: str | Path, width: int = 480) -> None:
    """Write a picture from the first tenth of a video, at once or not at all.

    Args:
        path: the video.
        out_path: where the picture goes; its ending (`.jpg` or `.webp`) decides the format.
        width: the greatest width, in pixels; the height keeps the proportions.

    Raises:
        MediaError: `video_not_decodable`, and what `build_frame_index` raises.
        OSError: if the picture cannot be written.
    """
    index = build_frame_index(path)
    picture = Image.fromarray(_first_decodable(path, index))
    picture.thumbnail((width, max(1, width * 4)))
    part = Path(f"{out_path}.part")
    try:
        picture.save(part, format=_format_of(out_path), quality=_QUALITY)
        os.replace(part, out_path)
    finally:
        part.unlink(missing_ok=True)


def _first_decodable(path: str | Path, index: FrameIndex) -> "np.typing.NDArray[np.uint8]":
    keys = np.flatnonzero(index.is_key)
    start = int(keys[keys <= len(index) * _PLACE].max(initial=0))
    for frame in read_frames(path, index, np.arange(start, len(index))):
        return np.ascontiguousarray(frame.image)
    raise MediaError("video_not_decodable", "No picture of the video can be decoded.")


def _format_of(path: str | Path) -> str:
    return "WEBP" if Path(path).suffix.lower() == ".webp" else "JPEG"
