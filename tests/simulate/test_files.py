"""The video plays everywhere, keeps its times, and comes out the same every time."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.simulate.conftest import OPTIONS, Pour
from workers.simulate import Options, simulate


def decode(path: Path) -> tuple[list[float], list[np.ndarray]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [float(frame.time) for frame in frames], [f.to_ndarray(format="rgb24") for f in frames]


def test_the_video_is_what_every_browser_plays(pour: Pour) -> None:
    with av.open(str(pour.folder / "video.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.pix_fmt == "yuv420p"
        assert (stream.width, stream.height) == (OPTIONS.width, OPTIONS.height)
    data = (pour.folder / "video.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_frames_are_shown_when_the_boxes_say(pour: Pour) -> None:
    times, _ = decode(pour.folder / "video.mp4")
    assert times == pytest.approx([k / 10 for k in range(140)])
    for image in pour.coco["images"]:
        assert times[image["frame"]] == pytest.approx(image["pts_seconds"], abs=1e-4)


def test_an_odd_rate_keeps_its_times(tmp_path: Path) -> None:
    simulate(Options(1, seconds=2.0, width=160, height=160, fps=29.97), tmp_path)
    times, _ = decode(tmp_path / "video.mp4")
    step = 1 / Fraction(2997, 100)
    assert times == pytest.approx([float(k * step) for k in range(60)], abs=1e-4)


def test_the_same_wishes_give_the_same_bytes(tmp_path: Path) -> None:
    wishes = Options(8, seconds=1.5, difficulty="hard", width=240, height=160)
    for name in ("a", "b"):
        simulate(wishes, tmp_path / name)
    for file in ("truth.json", "site.json", "coco.json", "video.mp4"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_another_seed_gives_another_picture(tmp_path: Path) -> None:
    pictures = []
    for seed in (1, 2):
        simulate(Options(seed, seconds=0.5, width=240, height=160), tmp_path / str(seed))
        pictures.append(decode(tmp_path / str(seed) / "video.mp4")[1][0].astype(int))
    assert np.abs(pictures[0] - pictures[1]).mean() > 10


def test_the_surface_changes_where_it_was_vibrated(tmp_path: Path) -> None:
    from workers.simulate.planner import plan_pour
    from workers.simulate.scene import Scene

    scene = Scene(plan_pour(OPTIONS), OPTIONS)
    insertion = scene.plan.insertions[0]
    before = scene._stage.surface(0.0).astype(int)
    after = scene._stage.surface(OPTIONS.seconds).astype(int)
    pixels, _ = scene._camera.project(
        np.array([[insertion.x_m, insertion.y_m, 0.0], [*scene.plan.bay.rect.corners[2], 0.0]])
    )
    changes = [
        np.abs(after - before)[int(v) - 3 : int(v) + 4, int(u) - 3 : int(u) + 4].mean()
        for u, v in pixels
    ]
    assert changes[0] > 2
    assert changes[1] == 0


def test_nothing_half_done_is_left_when_the_folder_breaks(tmp_path: Path) -> None:
    def fail(share: float) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        simulate(Options(1, seconds=1.0, width=160, height=160), tmp_path, fail)
    assert list(tmp_path.iterdir()) == []
