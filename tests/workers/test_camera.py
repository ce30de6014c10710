"""How far the camera has moved, on rendered pours that are shifted by known amounts."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.media import make_video
from workers.camera.measuring import measure_camera, sampled
from workers.camera.view import ReferencePlainError, ReferenceView
from workers.cli.main import main
from workers.media.indexing import build_frame_index
from workers.simulate import render_scene
from workers.vibration.camera import INLIERS_MIN
from workers.vibration.frames import Frame

SIZE = (960, 540)


def rendered(seed: int) -> NDArray[np.uint8]:
    (picture,) = render_scene(seed, difficulty="easy", width=SIZE[0], height=SIZE[1], pictures=1)
    return picture.image


@pytest.fixture(scope="module")
def pour() -> NDArray[np.uint8]:
    return rendered(3)


@pytest.fixture(scope="module")
def elsewhere() -> NDArray[np.uint8]:
    return rendered(8)


def moved(image: NDArray[np.uint8], dx: float, dy: float) -> NDArray[np.uint8]:
    matrix = np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]])
    return np.asarray(
        cv2.warpAffine(image, matrix, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT),
        np.uint8,
    )


def worn(image: NDArray[np.uint8], seed: int = 0) -> NDArray[np.uint8]:
    """With noise, a third of the light gone on one side, and a machine before a quarter of it."""
    random = np.random.default_rng(seed)
    light = np.linspace(0.6, 1.0, image.shape[1])[None, :, None]
    result = image * light + random.normal(0.0, 6.0, image.shape)
    result[100:400, 500:850] = random.integers(0, 255, (300, 350, 1))
    return result.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "shift", [(0.0, 0.0), (1.4, -0.7), (3.5, 2.25), (-9.0, 6.5), (70.0, -40.0)]
)
def test_a_shift_is_measured_within_half_a_pixel_whatever_stands_before_it(
    pour: NDArray[np.uint8], shift: tuple[float, float]
) -> None:
    measured = ReferenceView(pour).shift_of(worn(moved(pour, *shift)), 4.0)
    assert (measured.dx_px, measured.dy_px) == pytest.approx(shift, abs=0.5)
    assert measured.inliers >= INLIERS_MIN
    assert measured.pts_seconds == 4.0


@pytest.mark.parametrize(
    ("degrees", "zoom", "turn_px"),
    # The corners are 551 px from the middle: 551 * 1 degree = 9.6, 551 * 0.02 = 11.0.
    [(1.0, 1.0, 9.6), (-3.0, 1.0, 28.8), (0.0, 1.02, 11.0), (0.0, 0.95, 27.5)],
)
def test_a_camera_that_turned_or_zoomed_has_moved(
    pour: NDArray[np.uint8], degrees: float, zoom: float, turn_px: float
) -> None:
    matrix = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), degrees, zoom)
    picture = cv2.warpAffine(
        pour, matrix, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    measured = ReferenceView(pour).shift_of(worn(np.asarray(picture, np.uint8)), 0.0)
    assert measured.turn_px == pytest.approx(turn_px, abs=1.0)
    assert measured.size_px > 5.0
    assert measured.inliers >= INLIERS_MIN


def test_workers_who_fill_most_of_the_picture_and_sway_are_masked_by_their_boxes(
    pour: NDArray[np.uint8],
) -> None:
    swayed = pour.copy()
    swayed[:, 0:620] = moved(pour, 6.0, 0.0)[:, 0:620]
    box = [(0.0, 0.0, 630.0, 540.0)]
    assert ReferenceView(pour).shift_of(swayed, 0.0).size_px == pytest.approx(6.0, abs=0.5)
    assert ReferenceView(pour, box).shift_of(swayed, 0.0, box).size_px < 0.5
    shaken = moved(swayed, 2.0, -1.0)
    measured = ReferenceView(pour, box).shift_of(shaken, 0.0, box)
    assert (measured.dx_px, measured.dy_px) == pytest.approx((2.0, -1.0), abs=0.5)
    assert measured.inliers >= INLIERS_MIN


def test_pixels_are_those_of_a_large_reference(pour: NDArray[np.uint8]) -> None:
    large = cv2.resize(pour, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)
    later = cv2.resize(moved(pour, 3.0, -1.5), None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)
    measured = ReferenceView(np.asarray(large, np.uint8)).shift_of(np.asarray(later, np.uint8), 0.0)
    assert (measured.dx_px, measured.dy_px) == pytest.approx((6.0, -3.0), abs=0.5)


@pytest.mark.parametrize("what", ["another place", "dark", "noise", "another size"])
def test_a_view_that_is_lost_keeps_the_last_shift_and_says_so(
    pour: NDArray[np.uint8], elsewhere: NDArray[np.uint8], what: str
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, pour.shape).astype(np.uint8)
    lost = {
        "another place": elsewhere,
        "dark": np.zeros_like(pour),
        "noise": noise,
        "another size": pour[:500],
    }
    view = ReferenceView(pour)
    view.shift_of(moved(pour, 2.0, 1.0), 1.0)
    measured = view.shift_of(lost[what], 2.0)
    assert measured.inliers < INLIERS_MIN
    assert (measured.dx_px, measured.dy_px) == pytest.approx((2.0, 1.0), abs=0.5)


def test_a_clock_in_the_picture_is_no_proof_that_the_camera_stands_still(
    pour: NDArray[np.uint8], elsewhere: NDArray[np.uint8]
) -> None:
    def with_clock(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        image = image.copy()
        cv2.putText(image, "2026-03-04 CAM 07", (20, 40), 0, 1.0, (255, 255, 255), 2)
        return image

    measured = ReferenceView(with_clock(pour)).shift_of(with_clock(elsewhere), 0.0)
    assert measured.inliers < INLIERS_MIN


def test_a_reference_without_contours_is_refused(pour: NDArray[np.uint8]) -> None:
    with pytest.raises(ReferencePlainError):
        ReferenceView(np.full((540, 960, 3), 90, np.uint8))
    with pytest.raises(ReferencePlainError):
        ReferenceView(pour, boxes=[(0, 0, *SIZE)])


@pytest.fixture(scope="module")
def shaken(tmp_path_factory: pytest.TempPathFactory, pour: NDArray[np.uint8]) -> Path:
    """12 s: from 4 s on the camera is off by (3, 2) px; a lorry fills most of it from 8 s on."""
    path = tmp_path_factory.mktemp("camera") / "shaken.mp4"

    def picture(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
        seconds = number / 4
        image = moved(pour, 3.0, 2.0) if seconds >= 4.0 else pour.copy()
        if seconds >= 8.0:
            cover = moved(pour, 0.0, -30.0)
            image[:, 60:940] = cover[:, 60:940]
        return image

    make_video(path, size=SIZE, rate=4, seconds=12.0, key_every=4, picture=picture)
    return path


def test_a_video_is_measured_once_a_second_and_boxes_are_masked(shaken: Path) -> None:
    index = build_frame_index(shaken)
    lorry = [
        Frame(second / 2, *SIZE, [(60.0, 0.0, 940.0, 540.0)], [0.9], ["truck"])
        for second in range(16, 24)
    ]
    shifts = list(measure_camera(shaken, index, reference_seconds=1.0, frames=lambda: lorry))
    assert [shift.pts_seconds for shift in shifts] == [float(second) for second in range(12)]
    for shift in shifts[:4]:
        assert (shift.dx_px, shift.dy_px) == pytest.approx((0.0, 0.0), abs=0.5)
    for shift in shifts[4:8]:
        assert (shift.dx_px, shift.dy_px) == pytest.approx((3.0, 2.0), abs=0.5)
    # What the lorry leaves free is too little to be sure: lost, and never a shift of 30 px.
    for shift in shifts[8:]:
        assert shift.inliers < INLIERS_MIN
        assert shift.dy_px == pytest.approx(2.0, abs=0.5)


def test_frames_in_between_are_looked_at_only_where_key_frames_are_far_apart(
    shaken: Path, tmp_path: Path
) -> None:
    frames, only_keys = sampled(build_frame_index(shaken), 1.0)
    assert only_keys
    assert frames.tolist() == list(range(0, 48, 4))
    make_video(tmp_path / "sparse.mp4", rate=4, seconds=12.0, key_every=40)
    frames, only_keys = sampled(build_frame_index(tmp_path / "sparse.mp4"), 2.0)
    assert not only_keys
    assert frames.tolist() == list(range(0, 48, 2))


def test_the_command_writes_json_lines(vtest: Path, tmp_path: Path) -> None:
    out = tmp_path / "camera.jsonl"
    arguments = ["camera", str(vtest), "--reference-seconds", "2", "--rate", "0.2"]
    assert main([*arguments, "--out", str(out)]) == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) >= 15
    assert set(lines[0]) == {"pts_seconds", "dx_px", "dy_px", "inliers", "turn_px"}
    assert all(abs(line["dx_px"]) < 1.0 and abs(line["dy_px"]) < 1.0 for line in lines)
    assert all(line["inliers"] >= INLIERS_MIN for line in lines)


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_video(tmp_path / "plain.mp4", picture=lambda _, size: np.zeros((*size[::-1], 3), np.uint8))
    assert main(["camera", str(tmp_path / "plain.mp4"), "--reference-seconds", "0"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "camera_reference_plain"
    with pytest.raises(SystemExit):
        main(["camera", "x.mp4", "--reference-seconds", "-1"])
