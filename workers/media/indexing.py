"""Building a `FrameIndex`."""

from array import array
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from workers.errors import MediaError
from workers.media.container import open_video
from workers.media.frame_index import FrameIndex, FrameKey

# 46 hours at 60 frames per second.
MAX_FRAMES = 10_000_000

# Formats that store no presentation times: what FFmpeg reports for them is wrong with B-frames.
_WITHOUT_PTS = frozenset({"avi", "h264", "hevc", "mpegvideo", "m4v", "obu", "h263"})
# Players start the clock of a file at zero and not at its first frame, unless that is far off.
_LATE_START_S = 1.0
_DEFAULT_RATE = Fraction(25)
_MISSING = np.iinfo(np.int64).min


def build_frame_index(path: str | Path) -> FrameIndex:
    """Read the presentation times and key frames of a video.

    Only packets are read, nothing is decoded, except for the few old formats that store no
    presentation times.

    Raises:
        MediaError: `video_encrypted`, `video_no_frames`, `video_too_long`, and what `open_video`
            raises.
    """
    packets = _Packets()
    with open_video(path) as (container, stream):
        try:
            for packet in container.demux(stream):
                if packet.size:
                    packets.add(packet)
        except av.error.FFmpegError:
            # The file breaks off here; what came before is good.
            pass
        has_pts = bool(np.all(packets.pts != _MISSING))
        guessed = container.format.name in _WITHOUT_PTS and stream.codec_context.has_b_frames
        if has_pts and not guessed:
            ordinals = _decodable(packets)
            pts = packets.pts[ordinals]
            return _make_index(container, stream, packets, ordinals, pts, "pts", pts)
    return _index_by_decoding(path)


def origin_seconds(container: InputContainer) -> float:
    """Return the time in a file's own clock that `pts_seconds` calls zero."""
    start = (container.start_time or 0) / av.time_base
    return 0.0 if 0 <= start < _LATE_START_S else start


class _Packets:
    """What is kept of each packet, in the order of the file."""

    def __init__(self) -> None:
        self._pts = array("q")
        self._dts = array("q")
        self._is_key = bytearray()
        self.discarded = 0

    def __len__(self) -> int:
        return len(self._is_key)

    def add(self, packet: "Packet[VideoStream]") -> None:
        if len(self) + self.discarded >= MAX_FRAMES:
            raise MediaError("video_too_long", f"The video has more than {MAX_FRAMES} frames.")
        if packet.has_sidedata("encryption_info"):
            raise MediaError("video_encrypted", "The video is encrypted.")
        if packet.is_discard:
            # It lies outside the edit list: no player shows it.
            self.discarded += 1
            return
        self._pts.append(_MISSING if packet.pts is None else packet.pts)
        self._dts.append(_MISSING if packet.dts is None else packet.dts)
        self._is_key.append(packet.is_keyframe)

    @property
    def pts(self) -> NDArray[np.int64]:
        return np.array(self._pts, dtype=np.int64)

    @property
    def dts(self) -> NDArray[np.int64]:
        return np.array(self._dts, dtype=np.int64)

    @property
    def is_key(self) -> NDArray[np.bool_]:
        return np.array(self._is_key, dtype=np.bool_)


def _decodable(packets: _Packets) -> NDArray[np.int64]:
    """Return the ordinals of the packets from the first key frame on.

    A recording of a broadcast can begin anywhere; what is shown before its first key frame
    cannot be decoded. After an edit list there may be hidden key frames, so all is kept.
    """
    ordinals = np.arange(len(packets), dtype=np.int64)
    if packets.discarded or not np.any(packets.is_key):
        return ordinals
    first = int(np.argmax(packets.is_key))
    is_decodable = (ordinals >= first) & (packets.pts >= packets.pts[first])
    return np.flatnonzero(is_decodable).astype(np.int64)


def _index_by_decoding(path: str | Path) -> FrameIndex:
    """Find the order of presentation by decoding the whole stream once."""
    packets = _Packets()
    shown: dict[int, None] = {}  # the ordinals of the packets, in the order of their frames
    with open_video(path) as (container, stream):
        stream.codec_context.copy_opaque = True
        try:
            for packet in container.demux(stream):
                if packet.size:
                    packet.opaque = len(packets)
                    packets.add(packet)
                try:
                    frames = packet.decode()
                except av.error.InvalidDataError:
                    continue
                shown.update((frame.opaque, None) for frame in frames)  # type: ignore[misc]
        except av.error.FFmpegError:
            pass
        ordinals = np.array(list(shown), dtype=np.int64)
        dts = packets.dts[ordinals]
        if np.all(dts != _MISSING) and len(np.unique(dts)) == len(dts):
            return _make_index(container, stream, packets, ordinals, dts, "dts", np.sort(dts))
        ticks = np.arange(len(ordinals), dtype=np.int64) * _ticks_per_frame(stream)
        return _make_index(container, stream, packets, ordinals, ordinals, "ordinal", ticks)


def _make_index(
    container: InputContainer,
    stream: VideoStream,
    packets: _Packets,
    ordinals: NDArray[np.int64],
    keys: NDArray[np.int64],
    key_kind: FrameKey,
    pts: NDArray[np.int64],
) -> FrameIndex:
    """Put together the index of the frames that come from the packets `ordinals`.

    `keys` and `pts` belong to the same frames; see `FrameIndex`.
    """
    if len(ordinals) == 0:
        raise MediaError("video_no_frames", "The video has no frames, or is cut off before them.")
    # Broken files repeat presentation times; a player shows one frame for each.
    pts_ticks, rows = np.unique(pts, return_index=True)
    gaps = np.diff(pts_ticks)
    return FrameIndex(
        pts_ticks=pts_ticks,
        is_key=packets.is_key[ordinals][rows],
        keys=keys[rows],
        key_kind=key_kind,
        time_base=_time_base(stream),
        origin_ticks=round(origin_seconds(container) / _time_base(stream)),
        last_duration_ticks=int(np.median(gaps)) if len(gaps) else _ticks_per_frame(stream),
        stream_index=stream.index,
        missing_frames=max(0, stream.frames - len(packets) - packets.discarded),
    )


def _time_base(stream: VideoStream) -> Fraction:
    return stream.time_base or 1 / _DEFAULT_RATE


def _ticks_per_frame(stream: VideoStream) -> int:
    rate = stream.average_rate or stream.guessed_rate or _DEFAULT_RATE
    return max(1, round(1 / (rate * _time_base(stream))))
