"""Points to a ground plane: numbers worked out by hand, and everything that is refused."""

import numpy as np
import pytest

from workers.vibration.calibration import Calibration, Grade, calibrate
from workers.vibration.errors import CalibrationError

SIZE = (1000, 800)
# A tilted camera: a trapezium in the picture is a rectangle of 6 m by 4 m on the ground. The
# map is u = 500 + 100 x / w, v = 700 - 100 y / w with w = 1 + y / 8 and x from -3 to 3.
CORNERS = [(-3.0, 0.0), (3.0, 0.0), (3.0, 4.0), (-3.0, 4.0)]
MORE = [(0.0, 0.0), (0.0, 4.0), (-3.0, 2.0), (3.0, 2.0)]
CHECKS = [(1.0, 1.0), (-1.0, 3.0)]


def row(x: float, y: float) -> list[float]:
    w = 1.0 + y / 8.0
    return [500.0 + 100.0 * x / w, 700.0 - 100.0 * y / w, x, y]


def good() -> Calibration:
    return calibrate(SIZE, [row(*p) for p in CORNERS + MORE], [row(*p) for p in CHECKS])


def refusal(points: list[list[float]], **options: str) -> str:
    with pytest.raises(CalibrationError) as caught:
        calibrate(SIZE, points, **options)  # type: ignore[arg-type]
    return caught.value.code


def test_exact_points_give_a_green_calibration_that_maps_both_ways() -> None:
    calibration = good()
    assert calibration.quality.grade is Grade.GREEN
    assert calibration.quality.max_m == pytest.approx(0.0, abs=1e-9)
    # w = 1.25 at y = 2, so x = 1 lies at u = 580 and v = 540.
    assert calibration.project(np.array([[580.0, 540.0]]))[0] == pytest.approx([1.0, 2.0])
    assert calibration.project_back(np.array([[1.0, 2.0]]))[0] == pytest.approx([580.0, 540.0])


def test_national_grid_coordinates_lose_nothing() -> None:
    far = [[u, v, x + 512_345.0, y + 4_321_987.0] for u, v, x, y in map(list, good_rows())]
    calibration = calibrate(SIZE, far)
    place = calibration.project(np.array([[580.0, 540.0]]))[0]
    assert place == pytest.approx([512_346.0, 4_321_989.0], abs=1e-5)


def good_rows() -> list[list[float]]:
    return [row(*place) for place in CORNERS + MORE]


def test_a_pixel_spans_more_metres_farther_away() -> None:
    spans = good().metres_per_pixel(np.array([[0.0, 0.0], [0.0, 4.0]]))
    # At y = 0: du/dx = 100, dv/dy = -100 (1 / w - y / (8 w w)) = -100, so 0.01 m to the pixel.
    # At y = 4: w = 1.5, du/dx = 66.7, dv/dy = -100 / 2.25 = -44.4, so 0.0225 m.
    assert spans == pytest.approx([0.01, 0.0225])


def test_metric_mask_holds_near_and_not_far() -> None:
    mask = good().metric_mask(0.02, step_px=10)
    assert mask.shape == (80, 100)
    assert mask[69, 50]
    assert not mask[40, 50]


def test_metric_mask_reaches_the_edge_that_cuts_a_block_in_half() -> None:
    rows = [[u, v, x / 1.7 + 0.1, y / 1.7 + 0.1] for u, v, x, y in good_rows()]
    # 800 / 64 = 12.5; rounding must not put the last row outside of the picture.
    assert calibrate(SIZE, rows).metric_mask(0.02, step_px=64)[-1].all()


def test_covariance_carries_pixel_noise_to_the_ground() -> None:
    covariance = good().covariance((0.0, 0.0), sigma_px=3.0)
    # 3 px at 0.01 m a pixel is 0.03 m; the clicked points add a little.
    assert np.sqrt(np.diag(covariance)) == pytest.approx([0.03, 0.03], rel=0.15)
    assert (np.sqrt(np.diag(covariance)) > 0.03).all()


def test_covariance_of_the_fit_is_what_repeated_clicking_shows() -> None:
    rng = np.random.default_rng(5)
    table = np.array(good_rows())
    places = []
    for _ in range(120):
        clicked = table.copy()
        clicked[:, :2] += rng.normal(0.0, 1.0, (len(table), 2))
        places.append(calibrate(SIZE, clicked.tolist()).project(np.array([[580.0, 540.0]]))[0])
    seen = np.std(np.array(places), axis=0)
    said = np.sqrt(np.diag(good().covariance((1.0, 2.0), sigma_px=0.0)))
    assert said == pytest.approx(seen, rel=0.25)


def test_four_points_always_fit_and_so_prove_nothing() -> None:
    quality = calibrate(SIZE, [row(*place) for place in CORNERS]).quality
    assert quality.rmse_m == pytest.approx(0.0, abs=1e-9)
    assert quality.leave_one_out_m is None
    assert quality.grade is Grade.AMBER


def test_a_point_off_the_plane_shows_and_is_refused() -> None:
    points = [row(*place) for place in CORNERS + MORE]
    # Hands at 1 m instead of feet: some 60 px too high in the picture.
    points[4][1] -= 60.0
    quality = calibrate(SIZE, points, [row(*place) for place in CHECKS]).quality
    assert quality.grade is Grade.REFUSED
    assert quality.residuals_m[4] == max(quality.residuals_m)
    assert quality.leave_one_out_m is not None
    assert quality.leave_one_out_m[4] > 0.5


def test_bad_check_points_refuse_a_perfect_fit() -> None:
    wrong = [[500.0, 600.0, 0.5, 1.0], [500.0, 550.0, 0.5, 2.0]]
    assert calibrate(SIZE, good_rows(), wrong).quality.grade is Grade.REFUSED


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([row(*place) for place in CORNERS[:3]], "too_few_points"),
        ([row(x, 1.0) for x in (-3.0, -1.0, 1.0, 3.0)], "points_collinear"),
        ([*(row(x, 1.0) for x in (-3.0, -1.0, 1.0, 3.0)), row(0.0, 3.0)], "points_collinear"),
        ([*(row(*place) for place in CORNERS), row(3.0, 4.0)], "points_duplicate"),
        ([*(row(*place) for place in CORNERS[:3]), [5000.0, 1.0, 0.0, 0.0]],
         "points_outside_picture"),
        ([*(row(*place) for place in CORNERS[:3]), [float("nan"), 1.0, 0.0, 0.0]],
         "points_not_finite"),
    ],
)  # fmt: skip
def test_points_that_fix_no_plane_are_refused(points: list[list[float]], code: str) -> None:
    assert refusal(points) == code


def test_two_points_with_each_others_metres_are_refused() -> None:
    points = [row(*place) for place in CORNERS]
    points[0][2:], points[1][2:] = points[1][2:], points[0][2:]
    assert refusal(points) == "points_crossed"
    # So mixed up, and so far from the origin, that the plane has no inverse at all.
    mixed = [(1280, 720, 8, 10), (1280, 0, 0, 0), (0, 720, 8, 0), (0, 360, 4, 5), (640, 360, 0, 10)]
    with pytest.raises(CalibrationError) as caught:
        calibrate((1280, 720), [[u, v, x + 500_000.0, y + 500_000.0] for u, v, x, y in mixed])
    assert caught.value.code == "points_crossed"


def test_swapped_axes_are_mirrored_and_refused_while_a_person_types() -> None:
    swapped = [[u, v, y, x] for u, v, x, y in map(list, good_rows())]
    assert refusal(swapped, handedness="right") == "plane_mirrored"
    # Lengths do not care, so an analysis goes on and says so.
    assert calibrate(SIZE, swapped).is_mirrored
    assert not good().is_mirrored


def test_nothing_above_the_horizon_has_a_place() -> None:
    # w = 0 at y = -8, which the ground reaches at v = 700 - 100 y / w -> 700 - 800 = -100.
    assert np.isnan(good().project(np.array([[500.0, -200.0]]))).all()
