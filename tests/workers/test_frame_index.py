import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media import make_video
from workers.errors import MediaError
from workers.media.frame_index import FrameIndex
from workers.media.indexing import build_frame_index


def make_index(
    ticks: list[int], *, keys: list[int] | None = None, time_base: Fraction = Fraction(1, 1000)
) -> FrameIndex:
    is_key = np.zeros(len(ticks), np.bool_)
    is_key[keys if keys is not None else [0]] = True
    pts = np.array(ticks, np.int64)
    return FrameIndex(
        pts_ticks=pts,
        is_key=is_key,
        keys=pts,
        key_kind="pts",
        time_base=time_base,
        origin_ticks=0,
        last_duration_ticks=100,
        stream_index=0,
        missing_frames=0,
    )


def test_times_are_those_that_ffprobe_reports(test_data: Path) -> None:
    # The best stream of this file is its fourth: 480x270 against 320x180.
    path = test_data / "video" / "nasa_13013.mp4"
    expected = json.loads(Path(f"{path}.stream3.all_frames_info.json").read_text())
    index = build_frame_index(path)
    assert index.stream_index == 3
    assert np.allclose(index.pts_seconds, [float(f["pts_time"]) for f in expected], atol=1e-6)


def test_times_of_a_variable_frame_rate_are_those_that_were_written(tmp_path: Path) -> None:
    times = make_video(tmp_path / "variable.mp4", variable=True)
    index = build_frame_index(tmp_path / "variable.mp4")
    assert np.allclose(index.pts_seconds, times, atol=1e-4)
    assert index.is_variable_frame_rate


def test_a_constant_frame_rate_is_not_called_variable(small_video: Path) -> None:
    assert not build_frame_index(small_video).is_variable_frame_rate


def test_rounding_to_milliseconds_does_not_make_a_rate_variable() -> None:
    assert not make_index([0, 33, 67, 100, 133, 167, 200]).is_variable_frame_rate


def test_sampling_at_half_the_rate_takes_every_second_frame() -> None:
    index = make_index([100 * i for i in range(10)])
    assert index.sample(5).tolist() == [0, 2, 4, 6, 8]


def test_sampling_takes_the_first_frame_after_each_point_of_the_grid() -> None:
    # The grid is 0, 1/3, 2/3, 1 s; the frames are 0.1 s apart.
    assert make_index([100 * i for i in range(11)]).sample(3).tolist() == [0, 4, 7, 10]


def test_sampling_counts_from_the_first_frame_and_not_from_zero() -> None:
    assert make_index([950 + 100 * i for i in range(10)]).sample(5).tolist() == [0, 2, 4, 6, 8]


def test_a_gap_in_the_video_is_sampled_once() -> None:
    # Nothing is shown between 0.9 and 3 s, so the points at 1, 1.5, 2, 2.5 and 3 s share a frame.
    ticks = [*range(0, 1000, 100), *range(3000, 4000, 100)]
    assert make_index(ticks).sample(2).tolist() == [0, 5, 10, 15]


@pytest.mark.parametrize("fps", [None, 10.0, 60.0])
def test_the_rate_of_the_video_and_above_means_every_frame(fps: float | None) -> None:
    assert make_index([100 * i for i in range(6)]).sample(fps).tolist() == [0, 1, 2, 3, 4, 5]


def test_times_rounded_to_milliseconds_do_not_make_sampling_skip_frames() -> None:
    # 30 frames per second in a file that stores milliseconds: 33 ms is meant to be 1/30 s.
    index = make_index([round(i * 1000 / 30) for i in range(31)])
    assert index.sample(15).tolist() == list(range(0, 31, 2))


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_no_rate_is_refused(fps: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        make_index([0, 100]).sample(fps)


gaps_ms = st.lists(st.integers(1, 3000), min_size=1, max_size=60)


@given(gaps_ms, st.floats(0.2, 50))
def test_sampling_is_the_definition_for_any_times(gaps: list[int], fps: float) -> None:
    ticks = np.cumsum([0, *gaps]).tolist()
    index = make_index(ticks)
    if fps >= index.frame_rate:
        assert index.sample(fps).tolist() == list(range(len(ticks)))
        return
    points = [Fraction(k) / Fraction(fps) for k in range(int(ticks[-1] / 1000 * fps) + 2)]
    half_tick = Fraction(1, 2000)
    expected = set()
    for point in points:
        later = [i for i, t in enumerate(ticks) if Fraction(t, 1000) + half_tick >= point]
        expected.update(later[:1])
    # A time within floating point error of a point may fall on either side of it.
    ties = {
        i
        for i, t in enumerate(ticks)
        if any(abs(Fraction(t, 1000) + half_tick - p) < Fraction(1, 10**9) for p in points)
    }
    if not ties:
        assert set(index.sample(fps).tolist()) == expected


def test_segments_are_cut_at_the_first_key_frame_that_is_late_enough() -> None:
    # One frame per second, a key frame every 4 s, segments of at least 10 s.
    index = make_index([1000 * i for i in range(30)], keys=list(range(0, 30, 4)))
    segments = index.segments(10)
    assert [(s.first_frame, s.end_frame) for s in segments] == [(0, 12), (12, 24), (24, 30)]
    assert [(s.start_seconds, s.end_seconds) for s in segments] == [
        (0.0, 12.0),
        (12.0, 24.0),
        (24.0, 29.1),
    ]


def test_a_video_without_further_key_frames_is_one_segment() -> None:
    segments = make_index([1000 * i for i in range(100)]).segments(10)
    assert [(s.first_frame, s.end_frame) for s in segments] == [(0, 100)]


def test_frames_before_the_first_key_frame_belong_to_the_first_segment() -> None:
    segments = make_index([1000 * i for i in range(9)], keys=[2, 5]).segments(3)
    assert [(s.first_frame, s.end_frame) for s in segments] == [(0, 5), (5, 9)]


@given(gaps_ms, st.sets(st.integers(0, 60)), st.floats(0.5, 40))
def test_every_frame_is_in_exactly_one_segment(
    gaps: list[int], keys: set[int], seconds: float
) -> None:
    ticks = np.cumsum([0, *gaps]).tolist()
    index = make_index(ticks, keys=sorted(key for key in keys if key < len(ticks)))
    segments = index.segments(seconds)
    frames = [i for s in segments for i in range(s.first_frame, s.end_frame)]
    assert frames == list(range(len(ticks)))
    assert all(index.is_key[s.first_frame] for s in segments[1:])


def test_an_index_survives_being_stored(small_video: Path, tmp_path: Path) -> None:
    index = build_frame_index(small_video)
    index.save(tmp_path / "index.npz")
    loaded = FrameIndex.load(tmp_path / "index.npz")
    assert loaded.pts_seconds.tolist() == index.pts_seconds.tolist()
    assert loaded.is_key.tolist() == index.is_key.tolist()
    assert (loaded.time_base, loaded.key_kind) == (index.time_base, "pts")
    assert [path.name for path in tmp_path.iterdir()] == ["index.npz"]


@pytest.mark.parametrize("content", [b"", b"not an index", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_index_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "index.npz").write_bytes(content)
    with pytest.raises(MediaError) as caught:
        FrameIndex.load(tmp_path / "index.npz")
    assert caught.value.code == "frame_index_unreadable"


def test_an_index_with_pickled_objects_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "index.npz", pts_ticks=np.array([object()], dtype=object))
    with pytest.raises(MediaError) as caught:
        FrameIndex.load(tmp_path / "index.npz")
    assert caught.value.code == "frame_index_unreadable"


def test_a_name_without_the_usual_ending_is_kept(small_video: Path, tmp_path: Path) -> None:
    build_frame_index(small_video).save(tmp_path / "index")
    assert len(FrameIndex.load(tmp_path / "index")) == 30
