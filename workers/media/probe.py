"""The facts of a video, found by really decoding from it."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from workers.errors import MediaError
from workers.media.container import open_video
from workers.media.decode import quarter_turns_of, read_frames
from workers.media.frame_index import FrameIndex
from workers.media.indexing import build_frame_index

# What the current Chromium, Firefox and Safari all play, as long as it is 8 bit 4:2:0.
_PLAYABLE_CODECS = {
    "mp4": frozenset({"h264", "av1"}),
    "mov": frozenset({"h264"}),
    "webm": frozenset({"vp8", "vp9", "av1"}),
}
_EIGHT_BIT_420 = frozenset({"yuv420p", "yuvj420p"})
# A file that lacks a larger share of the frames that it claims to have was cut off.
_TRUNCATED_SHARE = 0.01
# How many frames around a place are tried before the video counts as broken there, and how far
# from a key frame that place may be.
_TRIED_FRAMES = 10
_MAX_FRAMES_FROM_KEY = 300


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What is known of a video. Sizes are of the upright picture with square pixels."""

    container: str
    codec: str
    pixel_format: str
    bit_depth: int
    width: int
    height: int
    rotation_degrees: int
    duration_seconds: float
    frame_rate: float
    frame_count: int
    is_variable_frame_rate: bool
    has_audio: bool
    browser_playable: bool

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError: if a fact is missing.
        """
        return cls(**{field.name: facts[field.name] for field in fields(cls)})


def probe_video(path: str | Path) -> VideoFacts:
    """Find the facts of a video and decode from its start, middle and end.

    Raises:
        MediaError: why the video cannot be used.
    """
    return probe_with_index(path, build_frame_index(path))


def probe_with_index(path: str | Path, index: FrameIndex) -> VideoFacts:
    """Do what `probe_video` does for a video whose frame index is at hand.

    Raises:
        MediaError: `video_truncated`, `video_not_decodable`, and what `open_video` raises.
    """
    if index.missing_frames > _TRUNCATED_SHARE * len(index):
        raise MediaError(
            "video_truncated",
            f"The file was cut off: {index.missing_frames} of "
            f"{index.missing_frames + len(index)} frames are missing.",
        )
    middle, last = len(index) // 2, len(index) - 1
    first_image = _decode_near(path, index, 0)
    for number in {middle, last}:
        _decode_near(path, index, number)
    height, width = first_image.shape[:2]
    with open_video(path) as (container, stream):
        context = stream.codec_context
        pixel_format = context.pix_fmt or "unknown"
        name = _container_name(container, path)
        return VideoFacts(
            container=name,
            codec=context.codec.canonical_name,
            pixel_format=pixel_format,
            bit_depth=max(part.bits for part in stream.format.components),
            width=width,
            height=height,
            rotation_degrees=_rotation_degrees(container, stream),
            duration_seconds=round(index.end_seconds, 6),
            frame_rate=round(index.frame_rate, 6),
            frame_count=len(index),
            is_variable_frame_rate=index.is_variable_frame_rate,
            has_audio=len(container.streams.audio) > 0,
            browser_playable=(
                context.codec.canonical_name in _PLAYABLE_CODECS.get(name, ())
                and pixel_format in _EIGHT_BIT_420
                # A browser shows the first video stream and does not reset the clock.
                and stream is container.streams.video[0]
                and index.origin_ticks <= 0
            ),
        )


def _decode_near(path: str | Path, index: FrameIndex, number: int) -> NDArray[np.uint8]:
    """Decode one picture at frame `number`, or shortly before it if that one is broken."""
    key = int(np.flatnonzero(index.is_key[: number + 1]).max(initial=0))
    end = min(number, key + _MAX_FRAMES_FROM_KEY) + 1
    window = np.arange(max(0, end - _TRIED_FRAMES), max(end, min(_TRIED_FRAMES, len(index))))
    for frame in read_frames(path, index, window):
        return frame.image
    raise MediaError(
        "video_not_decodable",
        f"No picture can be decoded at {index.pts_seconds[number]:.1f} s.",
    )


def _rotation_degrees(container: InputContainer, stream: VideoStream) -> int:
    """Return by how many degrees players turn the stored pictures clockwise."""
    for frame in container.decode(stream):
        return -quarter_turns_of(frame) * 90 % 360
    return 0


def _container_name(container: InputContainer, path: str | Path) -> str:
    name = container.format.name
    if name.startswith("mov,"):
        return "mov" if container.metadata.get("major_brand", "").strip() == "qt" else "mp4"
    if name.startswith("matroska,"):
        # FFmpeg does not tell the two apart; the document type is in the first element.
        with open(path, "rb") as file:
            return "webm" if b"webm" in file.read(64) else "matroska"
    return name
