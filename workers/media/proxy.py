"""An H.264 copy of a video for browsers that cannot play the original."""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from workers.errors import MediaError
from workers.media.container import file_url
from workers.media.decode import read_frames
from workers.media.indexing import build_frame_index

MAX_WIDTH = 1280
KEY_FRAME_EVERY_S = 2.0

# The usual clock of video: fine enough for every frame rate.
_TIME_BASE = Fraction(1, 90_000)
_ENCODER_OPTIONS = {
    "preset": "veryfast",
    "crf": "23",
    "profile": "high",
    # Key frames come where they are asked for and nowhere else.
    "forced-idr": "1",
    "g": "100000",
    # Without frames out of order the file starts at its first frame in every player.
    "bf": "0",
}


def make_proxy(
    path: str | Path, out_path: str | Path, on_progress: Callable[[float], None]
) -> None:
    """Write an MP4 that every browser plays, at once or not at all.

    H.264, 8 bit 4:2:0, upright, at most `MAX_WIDTH` wide, without sound. Every frame keeps its
    presentation time, so what was found in the original can be drawn over the copy.

    Args:
        path: the video.
        out_path: where the copy goes.
        on_progress: called with the share of the work that is done, 0 to 1.

    Raises:
        MediaError: `video_not_decodable`, and what `build_frame_index` raises.
        OSError: if the copy cannot be written.
    """
    part = Path(f"{out_path}.part")
    try:
        _encode(path, part, on_progress)
        os.replace(part, out_path)
    except av.error.FFmpegError as error:
        # What cannot be read is a MediaError by now; this is the disk.
        raise OSError(error.errno, error.strerror, str(out_path)) from error
    finally:
        part.unlink(missing_ok=True)
    on_progress(1.0)


def _encode(path: str | Path, part: Path, on_progress: Callable[[float], None]) -> None:
    index = build_frame_index(path)
    encoder: Encoder | None = None
    with av.open(
        file_url(part), mode="w", format="mp4", options={"movflags": "+faststart"}
    ) as container:
        told = 0.0
        for frame in read_frames(path, index, index.sample(None)):
            encoder = encoder or Encoder(container, frame.image)
            encoder.add(frame.image, frame.pts_seconds)
            share = frame.number / len(index)
            if share - told >= 0.01:
                told = share
                on_progress(share)
        if encoder is None:
            raise MediaError("video_not_decodable", "No picture of the video can be decoded.")
        encoder.finish()


class Encoder:
    """Encodes pictures of one size; the first one decides which."""

    def __init__(self, container: OutputContainer, first: NDArray[np.uint8]) -> None:
        height, width = first.shape[:2]
        scale = min(1.0, MAX_WIDTH / width)
        self._container = container
        self._stream: VideoStream = container.add_stream("libx264", options=_ENCODER_OPTIONS)
        self._stream.width, self._stream.height = _even(width * scale), _even(height * scale)
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.time_base = self._stream.time_base = _TIME_BASE
        context.colorspace = Colorspace.ITU709
        context.color_range = ColorRange.MPEG
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        self._reformatter = VideoReformatter()
        self._next_key_s = -float("inf")

    def add(self, image: NDArray[np.uint8], pts_seconds: float) -> None:
        frame = self._reformatter.reformat(
            VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24"),
            width=self._stream.width,
            height=self._stream.height,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts = round(pts_seconds / _TIME_BASE)
        frame.time_base = _TIME_BASE
        frame.pict_type = PictureType.NONE
        if pts_seconds >= self._next_key_s:
            frame.pict_type = PictureType.I
            self._next_key_s = pts_seconds + KEY_FRAME_EVERY_S
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))


def _even(length: float) -> int:
    # 4:2:0 halves both axes.
    return max(2, round(length / 2) * 2)
