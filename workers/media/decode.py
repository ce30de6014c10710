"""Decoding chosen frames of a video."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import av.error
import cv2
import numpy as np
from av.codec.hwaccel import HWAccel
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from workers.errors import MediaError
from workers.media.container import check_size, open_video
from workers.media.frame_index import FrameIndex, FrameKey

logger = logging.getLogger(__name__)

# Pixels further from square than this are taken for a mistake in the file.
_MAX_PIXEL_ASPECT = 4.0
# Formats without a table of key frames, where a seek may end behind the one that was asked for.
_INEXACT_SEEK = frozenset({"mpegts", "mpeg"})
# A small picture comes later from the GPU than from the CPU: 480x360 took 2.3 ms on an H200, and
# 0.3 ms on 16 cores. The limit is where that would turn if the CPU's time grew with the pixels.
_LEAST_GPU_PIXELS = 1920 * 1080
_QUARTER_TURNS = {
    1: cv2.ROTATE_90_COUNTERCLOCKWISE,
    2: cv2.ROTATE_180,
    3: cv2.ROTATE_90_CLOCKWISE,
}


Packets = Iterator["Packet[VideoStream]"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture.

    Attributes:
        number: its row in the `FrameIndex`.
        pts_seconds: when it is shown.
        image: (H, W, 3) uint8, RGB, upright, square pixels; rows may be padded.
    """

    number: int
    pts_seconds: float
    image: NDArray[np.uint8]


def read_frames(
    path: str | Path,
    index: FrameIndex,
    frames: NDArray[np.int64],
    *,
    should_stop: Callable[[], bool] = lambda: False,
    threads: int = 0,
    only_key_frames: bool = False,
    on_gpu: bool = False,
) -> Iterator[Frame]:
    """Decode the frames with the given numbers, in order of presentation.

    A frame that cannot be decoded is left out; the others keep their numbers, because each is
    recognised by what the index knows of it and not by counting.

    Args:
        path: the video that `index` was built from.
        index: its frame index.
        frames: (N,) int64, strictly increasing frame numbers.
        should_stop: asked for each decoded frame, also between those that are wanted.
        threads: how many the decoder may use; 0 is one for each core.
        only_key_frames: promises that all of them are, so that the decoder may skip the rest.
        on_gpu: decode large pictures on the first CUDA device; on the CPU what it cannot decode.

    Raises:
        MediaError: what `open_video` raises, or `video_too_large` if the size grows on the way.
        IndexError: if a number is outside of the video.
    """
    if len(frames) == 0:
        return
    if frames[0] < 0 or frames[-1] >= len(index) or np.any(np.diff(frames) <= 0):
        raise IndexError(f"frame numbers must increase and lie in [0, {len(index)})")
    reading = _Reading(path, index, frames, should_stop, threads, only_key_frames)
    if on_gpu and _is_large(path):
        try:
            # In a context of its own: that of torch is made with flags that the decoder refuses.
            yield from reading.run(HWAccel("cuda"))
        except (MediaError, av.error.FFmpegError) as error:
            logger.warning("the GPU cannot decode this video, the CPU goes on: %s", error)
        else:
            if reading.found_any:
                return
    yield from reading.run()


def _is_large(path: str | Path) -> bool:
    with open_video(path) as (_, stream):
        return stream.codec_context.width * stream.codec_context.height >= _LEAST_GPU_PIXELS


class _Reading:
    """Frames of a video that are still to be read.

    Attributes:
        found_any: whether any was read.
    """

    def __init__(
        self,
        path: str | Path,
        index: FrameIndex,
        frames: NDArray[np.int64],
        should_stop: Callable[[], bool],
        threads: int,
        only_key_frames: bool,
    ) -> None:
        self.found_any = False
        self._path, self._index, self._should_stop = path, index, should_stop
        self._threads, self._only_key_frames = threads, only_key_frames
        self._last_key = index.keys[frames[-1]]
        # Only what is asked for, not the whole video: an index can have millions of frames.
        self._numbers = dict(zip(index.keys[frames].tolist(), frames.tolist(), strict=True))
        times = index.pts_seconds[frames]
        self._times = dict(zip(frames.tolist(), times.tolist(), strict=True))

    def run(self, hardware: HWAccel | None = None) -> Iterator[Frame]:
        """Read what is left, on the CPU or with hardware that knows the codec."""
        index, wanted = self._index, self._numbers
        if not wanted:
            return
        with _open_at(self._path, index, min(wanted.values()), hardware) as (stream, packets):
            is_on_cpu = not stream.codec_context.is_hwaccel
            stream.thread_type, stream.thread_count = "AUTO", self._threads if is_on_cpu else 1
            if self._only_key_frames:
                stream.codec_context.skip_frame = "NONKEY"
            converter = UprightConverter(stream)
            for key, decoded in _decode(stream, packets, index.key_kind):
                number = wanted.pop(key, None)
                if number is not None:
                    self.found_any = True
                    yield Frame(number, self._times[number], converter.to_rgb(decoded))
                # Frames come in order of presentation: after the last one nothing can be found.
                is_past_last = index.key_kind == "pts" and key >= self._last_key
                if is_past_last or not wanted or self._should_stop():
                    break
        if wanted and not self._should_stop():
            logger.warning("%d of %d frames could not be decoded", len(wanted), len(self._times))


@contextmanager
def _open_at(
    path: str | Path, index: FrameIndex, first: int, hardware: HWAccel | None
) -> Iterator[tuple[VideoStream, Packets]]:
    """Open a video so that its packets start at the key frame at or before frame `first`.

    Where the format cannot seek there, they start with the file.
    """
    with open_video(path, hardware=hardware) as (container, stream):
        packets = _seek(container, stream, index, first)
        if packets is not None:
            yield stream, packets
            return
    with open_video(path, hardware=hardware) as (container, stream):
        yield stream, _until_broken(container.demux(stream))


def _seek(
    container: InputContainer, stream: VideoStream, index: FrameIndex, first: int
) -> Packets | None:
    starts: list[int] = np.flatnonzero(index.is_key[: first + 1]).tolist()
    if container.format.name in _INEXACT_SEEK:
        starts = starts[:-1]
    while starts and starts[-1] > 0 and index.key_kind != "ordinal":
        target = int(index.keys[starts.pop()])
        try:
            container.seek(target, stream=stream)
            packets = container.demux(stream)
            head = next(packets)
        except (av.error.FFmpegError, StopIteration):
            continue
        # Some formats seek by decoding time, or to anywhere near: then try further back.
        reached = head.pts if index.key_kind == "pts" else head.dts
        if reached is not None and reached <= target:
            return _until_broken(chain([head], packets))
    return None


def _until_broken(packets: Packets) -> Packets:
    # Where a file breaks off, the frames before that are still good.
    with suppress(av.error.FFmpegError):
        yield from packets


def _decode(
    stream: VideoStream, packets: Packets, key_kind: FrameKey
) -> Iterator[tuple[int, VideoFrame]]:
    """Decode packets and yield each frame with its key, as `FrameIndex.keys` has it."""
    by_opaque = key_kind != "pts"
    stream.codec_context.copy_opaque = by_opaque
    for ordinal, packet in enumerate(packets):
        if by_opaque and packet.size:
            packet.opaque = packet.dts if key_kind == "dts" else ordinal
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            key = frame.opaque if by_opaque else frame.pts
            if isinstance(key, int):
                yield key, frame


class UprightConverter:
    """Makes upright RGB pictures with square pixels of the decoded frames of one stream."""

    def __init__(self, stream: VideoStream) -> None:
        self._reformatter = VideoReformatter()
        self._pixel_aspect = float(stream.sample_aspect_ratio or 1)
        if not 1 / _MAX_PIXEL_ASPECT <= self._pixel_aspect <= _MAX_PIXEL_ASPECT:
            self._pixel_aspect = 1.0

    def to_rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Convert a frame to (H, W, 3) uint8 RGB; more than 8 bits are reduced to 8.

        Raises:
            MediaError: `video_too_large`.
        """
        width, height = self._square_size(frame)
        check_size(width, height)
        rgb = self._reformatter.reformat(
            frame, width=width, height=height, format="rgb24", threads=1
        )
        image = _view_rgb(rgb)
        quarter_turns = quarter_turns_of(frame)
        if quarter_turns:
            return np.asarray(cv2.rotate(image, _QUARTER_TURNS[quarter_turns]), np.uint8)
        return image

    def _square_size(self, frame: VideoFrame) -> tuple[int, int]:
        # The shorter axis is stretched, as browsers do, so that no detail is lost.
        if self._pixel_aspect >= 1:
            return round(frame.width * self._pixel_aspect), frame.height
        return frame.width, round(frame.height / self._pixel_aspect)


def _view_rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    """Return the pixels of an rgb24 frame as (H, W, 3) without copying them."""
    plane = frame.planes[0]
    pixels = np.frombuffer(memoryview(plane), dtype=np.uint8)
    return np.lib.stride_tricks.as_strided(
        pixels, (frame.height, frame.width, 3), (plane.line_size, 3, 1), writeable=False
    )


def quarter_turns_of(frame: VideoFrame) -> int:
    """Return how many times a decoded frame has to be turned counter-clockwise by 90 degrees."""
    return round(frame.rotation / 90) % 4
