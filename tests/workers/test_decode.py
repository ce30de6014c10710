from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.media import is_upright, make_picture, make_video, number_in
from workers.media.decode import read_frames
from workers.media.frame_index import FrameIndex
from workers.media.indexing import build_frame_index

B_FRAMES = {"bf": "2", "b-adapt": "0"}
QUIET_X265 = "log-level=none"

KINDS: dict[str, dict[str, Any]] = {
    "h264.mp4": {"options": B_FRAMES},
    "h264.mkv": {"options": B_FRAMES},
    "h264.ts": {"options": B_FRAMES},
    "h264-open-gop.mp4": {"options": {**B_FRAMES, "x264-params": "open-gop=1"}},
    "h264-fragmented.mp4": {"container_options": {"movflags": "frag_keyframe+empty_moov"}},
    "h264-variable.mp4": {"options": B_FRAMES, "variable": True},
    "h264-ten-bit.mp4": {"pix_fmt": "yuv420p10le"},
    "h264-odd-size.mkv": {"size": (161, 121), "pix_fmt": "yuv444p"},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": QUIET_X265}},
    "hevc-ten-bit.mp4": {
        "codec": "libx265",
        "pix_fmt": "yuv420p10le",
        "options": {"x265-params": QUIET_X265},
    },
    "vp9.webm": {"codec": "libvpx-vp9", "seconds": 2},
    "mpeg2.mpg": {"codec": "mpeg2video", "rate": 25, "options": {"bf": "2"}, "seconds": 2},
    "prores-422-ten-bit.mov": {"codec": "prores_ks", "pix_fmt": "yuv422p10le", "seconds": 2},
    # Formats without presentation times.
    "mjpeg.avi": {"codec": "mjpeg", "pix_fmt": "yuvj420p"},
    "mpeg4-b-frames.avi": {"codec": "mpeg4", "options": {"bf": "2"}},
    "h264-b-frames.avi": {"options": B_FRAMES},
    "raw.h264": {"options": B_FRAMES},
}


@pytest.fixture(scope="module", params=list(KINDS))
def video(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kinds") / request.param
    make_video(path, **KINDS[request.param])
    return path


def read_numbers(
    path: Path, index: FrameIndex, frames: Iterator[int] | list[int] | range
) -> list[tuple[int, int]]:
    """The number that each frame is said to have, and the one that it shows."""
    wanted = np.array(list(frames), np.int64)
    return [(f.number, number_in(f.image)) for f in read_frames(path, index, wanted)]


def test_every_frame_has_the_number_that_it_shows(video: Path) -> None:
    index = build_frame_index(video)
    assert read_numbers(video, index, range(len(index))) == [(i, i) for i in range(len(index))]


def test_frames_read_one_by_one_are_the_same_frames(video: Path) -> None:
    index = build_frame_index(video)
    for number in (0, 1, 9, 10, 11, 17, len(index) - 1):
        assert read_numbers(video, index, [number]) == [(number, number)]


def test_segments_read_apart_give_every_frame_once(video: Path) -> None:
    index = build_frame_index(video)
    read = [
        frame
        for segment in index.segments(1.0)
        for frame in read_numbers(video, index, range(segment.first_frame, segment.end_frame))
    ]
    assert read == [(i, i) for i in range(len(index))]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_rotated_video_is_read_upright(tmp_path: Path, rotation: int) -> None:
    path = tmp_path / "rotated.mp4"
    make_video(path, rotation=rotation, seconds=1)
    frame = next(read_frames(path, build_frame_index(path), np.array([5])))
    assert frame.image.shape == ((120, 160, 3) if rotation == 180 else (160, 120, 3))
    assert is_upright(frame.image)
    assert number_in(frame.image) == 5


@pytest.mark.parametrize(
    ("pixel_aspect", "shape"),
    [
        (Fraction(2, 1), (120, 320, 3)),
        (Fraction(1, 2), (240, 160, 3)),
        # Nobody makes such pixels; the file is wrong, and a picture of 16000 columns is no help.
        (Fraction(100, 1), (120, 160, 3)),
    ],
)
def test_pixels_are_made_square_by_stretching(
    tmp_path: Path, pixel_aspect: Fraction, shape: tuple[int, int, int]
) -> None:
    path = tmp_path / "anamorphic.mp4"
    make_video(path, pixel_aspect=pixel_aspect, seconds=1)
    frame = next(read_frames(path, build_frame_index(path), np.array([3])))
    assert frame.image.shape == shape
    assert number_in(frame.image) == 3


@pytest.mark.parametrize(
    ("codec", "pix_fmt"),
    [
        ("ffv1", "yuv420p"),
        ("ffv1", "yuv420p10le"),
        ("ffv1", "gray"),
        ("ffv1", "bgr0"),
        # Full range: levels from 0 to 255 instead of 16 to 235.
        ("mjpeg", "yuvj420p"),
    ],
)
def test_colours_survive_every_pixel_format(tmp_path: Path, codec: str, pix_fmt: str) -> None:
    path = tmp_path / "colours.mkv"
    make_video(path, codec=codec, pix_fmt=pix_fmt, seconds=0.3)
    read = next(read_frames(path, build_frame_index(path), np.array([2]))).image.astype(int)
    expected = make_picture(2, (160, 120)).astype(int)
    if pix_fmt == "gray":
        expected = np.repeat(expected @ [[0.299], [0.587], [0.114]], 3, axis=2)
    # Away from edges, where the smaller colour planes bleed. A wrong range would be off by 16.
    assert np.abs(read - expected)[40:110, 100:108].max() <= 8
    assert np.abs(read - expected)[5:20, 60:150].max() <= 8


def test_a_damaged_stretch_does_not_shift_the_numbers_after_it(tmp_path: Path) -> None:
    path = tmp_path / "damaged.avi"
    make_video(path, codec="mjpeg", pix_fmt="yuvj420p", seconds=3)
    data = bytearray(path.read_bytes())
    # Overwrite three pictures in the middle; each takes more than 1000 bytes.
    starts = [i for i in range(len(data)) if data[i : i + 3] == b"\xff\xd8\xff"]
    for start in starts[12:15]:
        data[start : start + 1000] = bytes(1000)
    path.write_bytes(data)
    index = build_frame_index(path)
    read = read_numbers(path, index, range(30))
    assert all(number == shown for number, shown in read)
    assert [number for number, _ in read] == [*range(12), *range(15, 30)]


def test_a_recording_that_begins_in_the_middle_is_read_from_its_first_key_frame(
    tmp_path: Path,
) -> None:
    path = tmp_path / "broadcast.ts"
    make_video(path, options=B_FRAMES)
    packet_bytes = 188
    data = path.read_bytes()
    path.write_bytes(data[len(data) // 2 // packet_bytes * packet_bytes :])
    index = build_frame_index(path)
    count = len(index)
    assert 5 <= count <= 20
    assert index.is_key[0]
    # Nothing is missing from there on: the last of the 30 frames is number 29.
    assert read_numbers(path, index, range(count)) == [(i, 30 - count + i) for i in range(count)]


def test_no_frames_wanted_is_no_frames_read(small_video: Path) -> None:
    assert list(read_frames(small_video, build_frame_index(small_video), np.array([], int))) == []


@pytest.mark.parametrize("frames", [[-1], [30], [3, 3], [5, 4]])
def test_numbers_outside_of_the_video_or_out_of_order_are_refused(
    small_video: Path, frames: list[int]
) -> None:
    with pytest.raises(IndexError):
        list(read_frames(small_video, build_frame_index(small_video), np.array(frames)))


def test_reading_ends_when_asked(small_video: Path) -> None:
    asked = iter([False, False, False, True])
    index = build_frame_index(small_video)
    frames = read_frames(small_video, index, np.arange(30), should_stop=lambda: next(asked, True))
    assert [frame.number for frame in frames] == [0, 1, 2, 3]


LARGE: dict[str, dict[str, Any]] = {
    "h264.mp4": {"options": B_FRAMES},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": QUIET_X265}},
    "prores-that-no-gpu-knows.mov": {"codec": "prores_ks", "pix_fmt": "yuv422p10le"},
}


@pytest.mark.parametrize("kind", list(LARGE))
def test_what_the_gpu_decodes_is_what_the_cpu_decodes(kind: str, tmp_path: Path) -> None:
    """Without a GPU it all comes from the CPU."""
    path = tmp_path / kind
    make_video(path, size=(1920, 1080), seconds=1.2, **LARGE[kind])
    index = build_frame_index(path)
    wanted = np.arange(3, len(index), 2)
    by_gpu = list(read_frames(path, index, wanted, on_gpu=True))
    by_cpu = list(read_frames(path, index, wanted))
    assert [frame.number for frame in by_gpu] == wanted.tolist()
    assert [number_in(frame.image) for frame in by_gpu] == wanted.tolist()
    for one, other in zip(by_gpu, by_cpu, strict=True):
        assert one.pts_seconds == other.pts_seconds
        assert np.abs(one.image.astype(int) - other.image).mean() < 1.0
