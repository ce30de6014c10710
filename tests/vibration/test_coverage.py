"""Coverage against geometry that can be worked out: section 1.3 of the domain page."""

import numpy as np
import pytest

from tests.vibration.scene import site, square
from workers.vibration.coverage import (
    Cell,
    Coverage,
    DwellLimits,
    cover,
    ignored_hole_m2,
    make_grid,
)  # fmt: skip
from workers.vibration.insertions import Flag, Insertion

RADIUS = 0.30
LIMITS = DwellLimits(10.0, 30.0)


def insertion(
    x: float, y: float, duration_s: float = 15.0, flags: tuple[Flag, ...] = (), sigma: float = 0.05
) -> Insertion:
    ratio = 0.4 if Flag.LOW_OBSERVATION in flags else 1.0
    return Insertion(1, 0, x, y, sigma, 0.0, duration_s, duration_s, 0.1, ratio, 50, flags)


def covered(insertions: list[Insertion], **changes: object) -> Coverage:
    here = site(**changes)
    assert here.pour is not None
    assert here.calibration is not None
    grid = make_grid(here.pour, here.openings, here.calibration, RADIUS)
    return cover(grid, insertions, RADIUS, LIMITS)


def pattern(spacing: float, *, is_staggered: bool) -> list[Insertion]:
    """Cover far more than the pour, so that its edges do not matter."""
    points = []
    row_step = spacing * (np.sqrt(3.0) / 2.0 if is_staggered else 1.0)
    for row in range(-3, int(4.0 / row_step) + 6):
        for column in range(-3, int(6.0 / spacing) + 6):
            shift = spacing / 2.0 if is_staggered and row % 2 else 0.0
            points.append(insertion(1.0 + column * spacing + shift, 1.0 + row * row_step))
    return points


@pytest.mark.parametrize(
    ("ratio", "is_staggered", "expected"),
    [
        (1.2, False, 100.0), (1.4, False, 100.0), (1.5, False, 99.4), (1.6, False, 97.9),
        (2.0, False, 79.6), (1.5, True, 100.0), (1.6, True, 100.0), (2.0, True, 90.9),
    ],
)  # fmt: skip
def test_patterns_cover_what_geometry_says(
    ratio: float, is_staggered: bool, expected: float
) -> None:
    pour = square(1.5, 1.5, 6.5, 4.5)
    coverage = covered(pattern(ratio * RADIUS, is_staggered=is_staggered), pour=pour)
    # The domain page's own numbers are rounded; pi / 4 = 78.5 % for the square at 2.0.
    assert coverage.covered_pct == pytest.approx(expected, abs=1.3)


def test_one_disc_has_its_area_and_its_dose() -> None:
    coverage = covered([insertion(3.0, 3.0, 15.0)])
    assert coverage.area_m2(Cell.GOOD) == pytest.approx(np.pi * 0.09, rel=0.03)
    assert coverage.uncovered_m2 == pytest.approx(4.0 - np.pi * 0.09, rel=0.01)
    assert coverage.largest_hole_m2 == coverage.uncovered_m2
    assert float(coverage.dose_s.max()) == 15.0


def test_doses_of_overlapping_discs_add_up() -> None:
    coverage = covered([insertion(3.0, 3.0, 15.0), insertion(3.1, 3.0, 12.0)])
    assert float(coverage.dose_s.max()) == 27.0


def test_classes_are_kept_apart() -> None:
    coverage = covered(
        [
            insertion(2.3, 2.3, 15.0),
            insertion(3.0, 2.3, 45.0),
            insertion(3.7, 2.3, 6.0),
            insertion(2.3, 3.7, 6.0, (Flag.TRUNCATED,)),
            insertion(3.0, 3.7, 15.0, (Flag.LOW_OBSERVATION,)),
            insertion(3.7, 3.7, 15.0, (Flag.CAMERA_MOVED,)),
        ]
    )
    disc = pytest.approx(np.pi * 0.09, rel=0.03)
    assert coverage.area_m2(Cell.GOOD) == disc
    assert coverage.area_m2(Cell.OVER) == disc
    assert coverage.area_m2(Cell.SHORT) == disc
    # What could not be judged is neither covered nor missed.
    assert coverage.area_m2(Cell.UNOBSERVABLE) == pytest.approx(3 * np.pi * 0.09, rel=0.03)
    assert coverage.unobservable_pct == pytest.approx(100 * 3 * np.pi * 0.09 / 4.0, rel=0.03)
    seen = 4.0 - 3 * np.pi * 0.09
    assert coverage.covered_pct == pytest.approx(100 * 2 * np.pi * 0.09 / seen, rel=0.03)


def test_openings_are_no_part_of_the_pour() -> None:
    coverage = covered([], openings=[square(2.5, 2.5, 3.5, 3.5)])
    assert coverage.uncovered_m2 == pytest.approx(3.0)


def test_what_the_camera_does_not_see_is_never_missed() -> None:
    # The picture ends at x = 12.8 m.
    coverage = covered([], pour=square(11.8, 2.0, 13.8, 4.0))
    assert coverage.unobservable_pct == pytest.approx(50.0)
    assert coverage.uncovered_m2 == pytest.approx(2.0)


def test_holes_have_their_size_and_middle_and_small_ones_do_not_count() -> None:
    missing = {(column, row) for column in (2, 3, 4) for row in (2, 3, 4)} | {(6, 6)}
    points = [
        insertion(2.0 + 0.3 * column, 2.0 + 0.3 * row)
        for column in range(8)
        for row in range(8)
        if (column, row) not in missing
    ]
    (hole,) = [one for one in covered(points).holes if one.area_m2 >= ignored_hole_m2(RADIUS)]
    assert (hole.x_m, hole.y_m) == pytest.approx((2.9, 2.9), abs=0.03)
    # The square between the middles of the discs around it is 1.2 m wide; discs of 0.35 m
    # leave 0.5 m of it, and a little more between them.
    assert 0.25 < hole.area_m2 < 0.36


def test_growing_by_sigma_makes_coverage_tolerant_and_leaves_the_strict_map_alone() -> None:
    pour = square(1.5, 1.5, 6.5, 4.5)
    points = pattern(1.6 * RADIUS, is_staggered=False)
    coverage = covered(points, pour=pour)
    assert coverage.covered_pct == pytest.approx(97.9, abs=0.6)
    assert coverage.covered_tolerant_pct == pytest.approx(100.0)
    assert coverage.holes == ()
