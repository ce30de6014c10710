from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.media import is_upright, make_audio, make_video, number_in
from workers.errors import MediaError
from workers.media.decode import read_frames
from workers.media.indexing import build_frame_index
from workers.media.probe import probe_video
from workers.media.proxy import make_proxy


def no_progress(_: float) -> None:
    pass


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("ten-bit.mp4", {"codec": "libx265", "pix_fmt": "yuv420p10le"}),
        ("variable.mkv", {"variable": True}),
        ("old.avi", {"codec": "mpeg4", "options": {"bf": "2"}}),
        ("odd.mkv", {"size": (161, 121), "pix_fmt": "yuv444p"}),
        ("rotated.mp4", {"rotation": 90}),
    ],
)
def test_browsers_can_play_it_and_every_frame_keeps_its_time(
    tmp_path: Path, name: str, settings: dict[str, Any]
) -> None:
    original, proxy = tmp_path / name, tmp_path / "proxy.mp4"
    make_video(original, **settings)
    make_proxy(original, proxy, no_progress)
    facts = probe_video(proxy)
    assert facts.browser_playable
    assert (facts.codec, facts.pixel_format, facts.rotation_degrees) == ("h264", "yuv420p", 0)
    before, after = build_frame_index(original), build_frame_index(proxy)
    assert np.allclose(before.pts_seconds, after.pts_seconds, atol=1e-4)
    frames = list(read_frames(proxy, after, after.sample(None)))
    assert [number_in(frame.image) for frame in frames] == list(range(len(before)))
    assert is_upright(frames[0].image)


def test_it_is_at_most_1280_wide_and_keeps_its_proportions(tmp_path: Path) -> None:
    make_video(tmp_path / "wide.mp4", size=(1920, 1080), seconds=0.3)
    make_proxy(tmp_path / "wide.mp4", tmp_path / "proxy.mp4", no_progress)
    facts = probe_video(tmp_path / "proxy.mp4")
    assert (facts.width, facts.height) == (1280, 720)


def test_it_can_be_entered_every_two_seconds(tmp_path: Path) -> None:
    make_video(tmp_path / "long.mp4", seconds=7, key_every=1000)
    make_proxy(tmp_path / "long.mp4", tmp_path / "proxy.mp4", no_progress)
    index = build_frame_index(tmp_path / "proxy.mp4")
    assert index.pts_seconds[index.is_key].tolist() == pytest.approx([0, 2, 4, 6])


def test_its_table_of_contents_comes_first(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", seconds=1)
    make_proxy(tmp_path / "a.mp4", tmp_path / "proxy.mp4", no_progress)
    data = (tmp_path / "proxy.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_progress_grows_to_one(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", seconds=3)
    shares: list[float] = []
    make_proxy(tmp_path / "a.mp4", tmp_path / "proxy.mp4", shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 10


def test_a_file_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    make_audio(tmp_path / "audio.mp4")
    with pytest.raises(MediaError):
        make_proxy(tmp_path / "audio.mp4", tmp_path / "proxy.mp4", no_progress)
    assert [path.name for path in tmp_path.iterdir()] == ["audio.mp4"]


def test_a_full_disk_is_an_operating_system_error_and_leaves_no_proxy(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", seconds=1)
    (tmp_path / "proxy.mp4.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        make_proxy(tmp_path / "a.mp4", tmp_path / "proxy.mp4", no_progress)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
