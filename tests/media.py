"""Videos made for tests. Each frame shows its own number, so a test can tell which one it got."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av import VideoStream
from av.video.frame import PictureType, VideoFrame
from numpy.typing import NDArray

_BITS = 10


def make_picture(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture with `number` in binary in ten columns, most significant first, and a red corner.

    White is one and black is zero. The corner, top left, tells which way is up.
    """
    width, height = size
    columns = np.arange(width) * _BITS // width
    bits = (number >> (_BITS - 1 - columns)) & 1
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = (bits * 255)[None, :, None]
    picture[: height // 4, : width // 4] = (255, 0, 0)
    picture[: height // 4, width // 4 :] = (0, 0, 255)
    return picture


def number_in(picture: NDArray[np.uint8]) -> int:
    """The number that `make_picture` put there; the picture has to be upright."""
    height, width = picture.shape[:2]
    row = picture[height * 5 // 8].mean(axis=1)
    centres = [int((i + 0.5) * width / _BITS) for i in range(_BITS)]
    return int("".join("1" if row[centre] > 127 else "0" for centre in centres), 2)


def is_upright(picture: NDArray[np.uint8]) -> bool:
    """Whether the red corner of `make_picture` is where it belongs, and nowhere else."""
    height, width = picture.shape[:2]
    y, x = height // 8, width // 8
    corners = [picture[y, x], picture[y, -x], picture[-y, x], picture[-y, -x]]
    return [int(c[0]) - int(c[2]) > 100 for c in corners] == [True, False, False, False]


def make_video(
    path: Path,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (160, 120),
    rate: int | Fraction = 10,
    seconds: float = 3.0,
    pix_fmt: str = "yuv420p",
    rotation: int = 0,
    variable: bool = False,
    key_every: int = 10,
    pixel_aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
    container_format: str | None = None,
    container_options: dict[str, str] | None = None,
    picture: Callable[[int, tuple[int, int]], NDArray[np.uint8]] = make_picture,
) -> list[float]:
    """Write a video and return the presentation time of each frame, in seconds.

    Args:
        path: its ending decides the container, unless `container_format` does.
        codec: name of the encoder.
        size: (width, height) of the stored pictures; turned by `rotation` when shown.
        rate: frames per second; with `variable` the mean, and gaps of 1 and 3 parts alternate.
        seconds: about how long it is.
        pix_fmt: FFmpeg's name of the pixel format.
        rotation: degrees by which a player turns the pictures clockwise; the red corner is
            stored such that it is top left after that.
        variable: whether the gaps between frames differ.
        key_every: frames from one key frame to the next.
        pixel_aspect: width of a pixel over its height.
        options: of the encoder.
        container_format: FFmpeg's name, where the ending does not say.
        container_options: of the muxer.
        picture: draws frame `number` in the given size, as it is to be shown.
    """
    count = max(1, round(seconds * rate))
    ticks_per_frame = 900
    time_base = 1 / (Fraction(rate) * ticks_per_frame)
    ticks = [number * ticks_per_frame for number in range(count)]
    if variable:
        ticks = [t - (ticks_per_frame // 2 if n % 2 else 0) for n, t in enumerate(ticks)]
    shown_size = size[::-1] if rotation % 180 else size
    with av.open(
        str(path), "w", format=container_format, options=container_options or {}
    ) as container:
        stream = container.add_stream(codec, rate=Fraction(rate), options=options or {})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = pix_fmt
        stream.gop_size = key_every
        stream.codec_context.time_base = time_base if variable else 1 / Fraction(rate)
        if pixel_aspect:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if rotation:
            stream.set_display_rotation(-rotation)
        for number in range(count):
            stored = np.rot90(picture(number, shown_size), rotation // 90)
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(stored), format="rgb24")
            frame = frame.reformat(format=pix_fmt)
            frame.time_base = time_base if variable else 1 / Fraction(rate)
            frame.pts = ticks[number] if variable else number
            frame.pict_type = PictureType.I if number % key_every == 0 else PictureType.NONE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return [float(t * time_base) for t in ticks]


def make_audio(path: Path, seconds: float = 1.0) -> None:
    """Write a file with sound only."""
    rate, samples = 8000, 1024
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=rate)
        for start in range(0, int(seconds * rate), samples):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, samples), np.float32), "fltp", "mono")
            frame.rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
