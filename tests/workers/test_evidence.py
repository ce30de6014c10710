"""Pictures and clips of findings, told apart by the number that each frame shows."""

import hashlib
import itertools
import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.media import make_video, number_in
from workers.cli.main import main
from workers.evidence import pictures
from workers.evidence.make import CLIP_MAX_S, make_evidence
from workers.evidence.request import EvidenceError, EvidenceRequest
from workers.media.indexing import build_frame_index
from workers.plan.drawing import Label
from workers.plan.png import label_extent

SIZE = (320, 240)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 s at 10 frames a second with a key frame every 2 s."""
    folder = tmp_path_factory.mktemp("evidence")
    make_video(folder / "pour.mp4", size=SIZE, seconds=30.0, key_every=20, options={"bf": "2"})
    build_frame_index(folder / "pour.mp4").save(folder / "frames.npz")
    return folder / "pour.mp4"


def request(**changes: object) -> dict[str, object]:
    return {
        "start_s": 12.0, "end_s": 14.0, "still_s": 13.04, "point_px": [60.0, 200.0],
        "objects": [{"box": [100.0, 100.0, 160.0, 200.0], "label": "worker", "score": 0.9}],
        "caption": ["V01 欠振 2.0 s < 10 s", "0:00:13.0"],
    } | changes  # fmt: skip


def picture(path: Path) -> "np.typing.NDArray[np.uint8]":
    return np.asarray(Image.open(path), np.uint8)


def clip_of(folder: Path) -> list[tuple[float, int]]:
    with av.open(str(folder / "clip.mp4")) as container:
        return [
            (float(frame.time), number_in(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)))
            for frame in container.decode(video=0)
        ]


def test_pictures_are_of_the_moment_and_the_original_is_untouched(
    video: Path, tmp_path: Path
) -> None:
    shown = EvidenceRequest.from_json(request())
    made = make_evidence(video, video.with_name("frames.npz"), shown, tmp_path)
    assert [one.name for one in made] == ["still.jpg", "overlay.jpg", "crop.jpg", "clip.mp4"]
    for one in made:
        content = (tmp_path / one.name).read_bytes()
        assert one.sha256 == hashlib.sha256(content).hexdigest()
        assert one.size_bytes == len(content)
    still, overlay, crop = (picture(tmp_path / one.name) for one in made[:3])
    assert still.shape == overlay.shape == (240, 320, 3)
    assert number_in(still) == 130
    # the ring around the point, the border of the box, and nothing far from them
    assert overlay[200, 82].tolist() == pytest.approx([255, 0, 110], abs=60)
    assert overlay[150, 100].tolist() == pytest.approx([240, 228, 66], abs=60)
    assert np.abs(overlay[110:140, 200:300].astype(int) - still[110:140, 200:300]).max() < 12
    assert crop.shape == (84, 112, 3)
    assert np.abs(crop.astype(int) - still[156:240, 4:116]).max() < 40


def test_boxes_are_named_in_words_of_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = ("vibrator_in", "worker", "excavator")
    box = [100.0, 100.0, 160.0, 200.0]
    objects = [{"box": box, "label": label, "score": 0.874} for label in labels]
    written: list[str] = []

    def note(image: object, labels: list[Label], *_: object, **__: object) -> object:
        written.extend(label.text for label in labels)
        return image

    monkeypatch.setattr(pictures, "write_labels", note)
    shown = EvidenceRequest.from_json(request(objects=objects, caption=[]))
    pictures.annotated(np.zeros((240, 320, 3), np.uint8), shown)
    assert written == [
        "振捣棒（插入） / poker in concrete 0.87", "工人 / worker 0.87", "excavator 0.87",
    ]  # fmt: skip


def test_no_name_covers_another_or_the_caption(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = [(40, 60), (48, 60), (56, 62), (290, 4), (250, 200), (10, 205)]
    objects = [
        {"box": [x, y, x + 24.0, y + 36.0], "label": "vibrator_out", "score": 0.5} for x, y in boxes
    ]
    written: list[Label] = []

    def note(image: object, labels: list[Label], *_: object, **__: object) -> object:
        written.extend(labels)
        return image

    monkeypatch.setattr(pictures, "write_labels", note)
    shown = EvidenceRequest.from_json(request(objects=objects, caption=["#1 V01", "5 s"]))
    pictures.annotated(np.zeros((240, 320, 3), np.uint8), shown)
    extents = [label_extent(one) for one in written]
    assert len(extents) == 8
    for left, top, right, bottom in extents:
        assert 0 <= left < right <= 320
        assert 0 <= top < bottom <= 240
    for one, other in itertools.combinations(extents, 2):
        is_aside = one[2] <= other[0] or other[2] <= one[0]
        assert is_aside or one[3] <= other[1] or other[3] <= one[1]


def test_a_clip_begins_five_seconds_before_and_ends_five_seconds_after(
    video: Path, tmp_path: Path
) -> None:
    make_evidence(
        video, video.with_name("frames.npz"), EvidenceRequest.from_json(request()), tmp_path
    )
    frames = clip_of(tmp_path)
    assert [number for _, number in frames] == list(range(70, 191))
    assert [time for time, _ in frames] == pytest.approx(np.arange(121) / 10.0, abs=1e-3)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")


def test_a_clip_keeps_within_the_video_and_within_reason(video: Path, tmp_path: Path) -> None:
    index = video.with_name("frames.npz")
    edges = request(start_s=1.0, end_s=400.0, still_s=999.0, point_px=None, objects=[])
    make_evidence(video, index, EvidenceRequest.from_json(edges), tmp_path)
    assert [number for _, number in clip_of(tmp_path)] == list(range(300))
    assert number_in(picture(tmp_path / "still.jpg")) == 299
    assert CLIP_MAX_S < 400.0


def test_what_is_no_request_is_refused() -> None:
    broken: list[dict[str, object]] = [
        {}, request(point_px=[1]), request(objects=[{"box": [1, 2, 3]}]), request(end_s=1.0),
        request(still_s=float("nan")),
    ]  # fmt: skip
    for data in broken:
        with pytest.raises(EvidenceError):
            EvidenceRequest.from_json(data)


def test_the_commands_answer_with_what_they_made(
    video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.json").write_text(json.dumps(request()))
    index = str(video.with_name("frames.npz"))
    out = str(tmp_path / "made")
    arguments = ["evidence", str(tmp_path / "r.json"), "--video", str(video), "--index", index]
    assert main([*arguments, "--out", out]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == 4
    still = tmp_path / "s.jpg"
    assert main(["still", str(video), "--seconds", "7.35", "--out", str(still)]) == 0
    assert json.loads(capsys.readouterr().out) == {"frame": 73, "pts_seconds": 7.3}
    assert number_in(picture(still)) == 73
