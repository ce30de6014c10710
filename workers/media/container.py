"""Opening a video file of unknown origin."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.error
from av.codec.hwaccel import HWAccel
from av.container import InputContainer
from av.video.stream import VideoStream

from workers.errors import MediaError
from workers.media.images import is_picture

# 8K UHD with some room. The decoders are told too, so that a header cannot make them allocate more.
MAX_VIDEO_PIXELS = 8192 * 4608

# Only self-contained containers and raw streams: a playlist or a concat script would make FFmpeg
# open other files and addresses, and a picture is not a video.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,nut,"
    "m4v,h264,hevc,obu,ivf,h263,dv"
)
_OPEN_TIMEOUT_S = 30.0
_READ_TIMEOUT_S = 30.0


def file_url(path: str | Path) -> str:
    """Return `path` so that FFmpeg takes it as a file name, whatever characters are in it."""
    return "file:" + os.path.abspath(path)


@contextmanager
def open_video(
    path: str | Path, *, hardware: HWAccel | None = None
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video and choose the stream to work on.

    The stream is the one that FFmpeg calls best, by its frames and bits; covers do not count.

    Args:
        path: of the file.
        hardware: what decodes, where it knows the codec; None for the CPU.

    Raises:
        MediaError: `video_not_found`, `video_empty`, `video_is_picture`, `video_not_decodable`,
            `video_no_stream`, `video_too_large`.
    """
    if not os.path.isfile(path):
        raise MediaError("video_not_found", f"There is no file {Path(path).name}.")
    if os.path.getsize(path) == 0:
        raise MediaError("video_empty", "The file is empty.")
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": _FORMATS,
        "max_pixels": str(MAX_VIDEO_PIXELS),
    }
    try:
        container = av.open(
            file_url(path),
            mode="r",
            options=options,
            timeout=(_OPEN_TIMEOUT_S, _READ_TIMEOUT_S),
            metadata_errors="replace",
            hwaccel=hardware,
        )
    except (av.error.FFmpegError, ValueError) as error:
        if is_picture(path):
            raise MediaError("video_is_picture", "The file is a picture, not a video.") from error
        raise _unreadable(error) from error
    with container:
        try:
            yield container, _choose_stream(container)
        except av.error.FFmpegError as error:
            raise _unreadable(error) from error


def _choose_stream(container: InputContainer) -> VideoStream:
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.disposition & stream.disposition.attached_pic:
        raise MediaError("video_no_stream", "The file has no video stream.")
    # Unset for a codec that this build of FFmpeg has no decoder for.
    if stream.codec_context is None:
        raise MediaError("video_not_decodable", "The codec of the video is not supported.")
    check_size(stream.codec_context.width, stream.codec_context.height)
    return stream


def check_size(width: int, height: int) -> None:
    """Refuse pictures without a size, and larger than `MAX_VIDEO_PIXELS`.

    Raises:
        MediaError: `video_not_decodable` or `video_too_large`.
    """
    if width <= 0 or height <= 0:
        raise MediaError("video_not_decodable", "The video has no picture size.")
    if width * height > MAX_VIDEO_PIXELS:
        raise MediaError(
            "video_too_large",
            f"Pictures of {width}x{height} are too large; the limit is {MAX_VIDEO_PIXELS} pixels.",
        )


def _unreadable(error: Exception) -> MediaError:
    reason = error.strerror if isinstance(error, av.error.FFmpegError) else str(error)
    return MediaError(
        "video_not_decodable",
        f"The file is not a video that can be read, or it is incomplete ({reason}).",
    )
