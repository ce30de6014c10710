"""The plan of a lift in metres: what was vibrated, for how long, and what nobody could see.

Coverage is the union of discs of the radius of action around valid insertions. What could not
be observed counts neither as covered nor as missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import ceil, hypot, pi

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, contains_xy, prepare

from workers.vibration.calibration import Calibration
from workers.vibration.insertions import Flag, Insertion

Mask = NDArray[np.bool_]

CELL_M = 0.05
CELLS_MAX = 4_000_000
METRIC_ERROR_PX = 5.0
METRIC_ERROR_RADII = 0.5
"""Metric rules hold where an error of 5 px on the ground is at most half a radius."""


class Cell(IntEnum):
    """What is known about a cell; the values are those of `Coverage.classes`."""

    OUTSIDE = 0
    MISSED = 1
    SHORT = 2
    GOOD = 3
    OVER = 4
    UNOBSERVABLE = 5


@dataclass(frozen=True, slots=True)
class Hole:
    """A connected part of the pour that no valid insertion reaches."""

    area_m2: float
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Square cells over the pour.

    Attributes:
        x_m, y_m: lower corner.
        is_pour: (H, W) bool, cells whose middle lies in the pour and in no opening; row 0 has the
            smallest y.
        is_observable: (H, W) bool, cells that the camera measures well enough.
    """

    x_m: float
    y_m: float
    cell_m: float
    is_pour: Mask
    is_observable: Mask

    def middles(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x of the columns and y of the rows, in metres."""
        rows, columns = self.is_pour.shape
        return (
            self.x_m + (np.arange(columns, dtype=np.float64) + 0.5) * self.cell_m,
            self.y_m + (np.arange(rows, dtype=np.float64) + 0.5) * self.cell_m,
        )

    def is_observable_between(
        self, first: tuple[float, float], second: tuple[float, float]
    ) -> bool:
        """Return whether the pour is measured well enough all along the line of two places."""
        count = ceil(hypot(second[0] - first[0], second[1] - first[1]) / self.cell_m) + 1
        steps = np.linspace(first, second, count)
        columns, rows = np.floor((steps - (self.x_m, self.y_m)) / self.cell_m).astype(int).T
        height, width = self.is_pour.shape
        is_on_grid = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        cells = rows[is_on_grid], columns[is_on_grid]
        return bool((self.is_observable[cells] | ~self.is_pour[cells]).all())


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What became of every cell of a lift.

    Attributes:
        classes: (H, W) uint8 of `Cell`.
        dose_s: (H, W) float32, seconds in which a valid insertion reached the cell.
        covered_pct, uncovered_m2: of what could be observed; None where nothing could.
        covered_tolerant_pct: the same with discs grown by one sigma.
        holes: of the map with grown discs, however small, largest first.
        largest_hole_m2: on the map with the true radius; 0 if only negligible ones are left.
        sigma_m: median uncertainty of the valid insertions.
    """

    grid: Grid
    classes: NDArray[np.uint8]
    dose_s: NDArray[np.float32]
    covered_pct: float | None
    uncovered_m2: float | None
    covered_tolerant_pct: float | None
    largest_hole_m2: float | None
    unobservable_pct: float
    holes: tuple[Hole, ...]
    sigma_m: float

    def area_m2(self, cell: Cell) -> float:
        """Return how much of the pour is of a class."""
        return float(np.count_nonzero(self.classes == cell)) * self.grid.cell_m**2


@dataclass(frozen=True, slots=True)
class DwellLimits:
    """What makes an insertion count.

    Attributes:
        depth_m: of the insertion; its withdrawal at 75 mm/s is no vibration at full effect.
    """

    min_s: float
    max_s: float
    depth_m: float = 0.0

    def effective_s(self, insertion: Insertion) -> float:
        """Return the time that counts."""
        return insertion.duration_s - self.depth_m / 0.075

    def is_valid(self, insertion: Insertion) -> bool:
        """Whether an insertion vibrates its surroundings enough, as far as could be seen."""
        return (
            self.effective_s(insertion) >= self.min_s
            and Flag.LOW_OBSERVATION not in insertion.flags
            and Flag.CAMERA_MOVED not in insertion.flags
        )


def make_grid(
    pour: Polygon, openings: Sequence[Polygon], calibration: Calibration, radius_m: float
) -> Grid:
    """Lay cells of at most 0.05 m and a fifth of the radius over the pour.

    A pour of more than `CELLS_MAX` such cells gets larger ones.
    """
    low_x, low_y, high_x, high_y = pour.bounds
    width_m, height_m = high_x - low_x, high_y - low_y
    cell_m = min(CELL_M, radius_m / 5.0)
    cell_m = max(cell_m, float(np.sqrt(width_m * height_m / CELLS_MAX)))
    shape = max(1, ceil(height_m / cell_m)), max(1, ceil(width_m / cell_m))
    grid = Grid(low_x, low_y, cell_m, np.zeros(shape, np.bool_), np.zeros(shape, np.bool_))
    mesh_x, mesh_y = np.meshgrid(*grid.middles())
    prepare(pour)
    is_pour = contains_xy(pour, mesh_x, mesh_y)
    for opening in openings:
        is_pour &= ~contains_xy(opening, mesh_x, mesh_y)
    grid.is_pour[:] = is_pour
    limit = METRIC_ERROR_RADII * radius_m / METRIC_ERROR_PX
    places = np.column_stack([mesh_x[is_pour], mesh_y[is_pour]])
    grid.is_observable[is_pour] = calibration.metres_per_pixel(places) <= limit
    return grid


def cover(
    grid: Grid, insertions: Sequence[Insertion], radius_m: float, limits: DwellLimits
) -> Coverage:
    """Stamp the insertions of one lift, all with a place, onto its grid."""
    valid = [one for one in insertions if limits.is_valid(one)]
    others = [one for one in insertions if not limits.is_valid(one)]
    dose_s = np.zeros(grid.is_pour.shape, np.float32)
    is_over = np.zeros(grid.is_pour.shape, np.bool_)
    for one in valid:
        window, is_inside = _disc(grid, one.place, radius_m)
        dose_s[window] += np.float32(limits.effective_s(one)) * is_inside
        if limits.effective_s(one) > limits.max_s:
            is_over[window] |= is_inside
    is_covered = dose_s > 0.0
    is_over |= dose_s > 2.0 * limits.max_s
    clear = [one for one in others if one.is_judgeable and Flag.CAMERA_MOVED not in one.flags]
    unclear = [one for one in others if not one.is_judgeable or Flag.CAMERA_MOVED in one.flags]
    is_unclear = _union(grid, unclear, radius_m) & ~is_covered
    is_short = _union(grid, clear, radius_m)
    is_seen = grid.is_pour & grid.is_observable & ~is_unclear
    sigma_m = float(np.median([one.sigma_m or 0.0 for one in valid])) if valid else 0.0
    is_reached = _union(grid, valid, radius_m + sigma_m)
    seen = int(np.count_nonzero(is_seen))
    pour = int(np.count_nonzero(grid.is_pour))
    area_m2 = grid.cell_m**2
    strict_holes = holes_of(grid, is_seen & ~is_covered, ignored_hole_m2(radius_m))
    return Coverage(
        grid=grid,
        classes=_classes(grid, is_seen, is_covered, is_over, is_short),
        dose_s=np.where(grid.is_pour, dose_s, np.float32(0.0)),
        covered_pct=_share_pct(is_seen & is_covered, seen),
        uncovered_m2=float(np.count_nonzero(is_seen & ~is_covered)) * area_m2 if seen else None,
        covered_tolerant_pct=_share_pct(is_seen & is_reached, seen),
        largest_hole_m2=(strict_holes[0].area_m2 if strict_holes else 0.0) if seen else None,
        unobservable_pct=100.0 * (1.0 - seen / pour) if pour else 0.0,
        holes=holes_of(grid, is_seen & ~is_reached),
        sigma_m=sigma_m,
    )


def _classes(
    grid: Grid, is_seen: Mask, is_covered: Mask, is_over: Mask, is_short: Mask
) -> NDArray[np.uint8]:
    classes = np.full(grid.is_pour.shape, Cell.OUTSIDE, np.uint8)
    classes[grid.is_pour] = Cell.UNOBSERVABLE
    classes[is_seen] = Cell.MISSED
    classes[is_seen & is_short] = Cell.SHORT
    classes[is_seen & is_covered] = Cell.GOOD
    classes[is_seen & is_covered & is_over] = Cell.OVER
    return classes


def ignored_hole_m2(radius_m: float) -> float:
    """Return the area below which a hole is an effect of the grid and the noise."""
    return max(0.05, 0.25 * pi * radius_m**2)


def holes_of(grid: Grid, is_hole: Mask, area_min_m2: float = 0.0) -> tuple[Hole, ...]:
    """Return the connected parts of a mask that are large enough, largest first."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(
        is_hole.astype(np.uint8), connectivity=4
    )
    holes = []
    for index in range(1, count):
        area_m2 = float(stats[index, cv2.CC_STAT_AREA]) * grid.cell_m**2
        if area_m2 >= area_min_m2:
            column, row = (float(value) for value in centres[index])
            holes.append(
                Hole(
                    area_m2,
                    grid.x_m + (column + 0.5) * grid.cell_m,
                    grid.y_m + (row + 0.5) * grid.cell_m,
                )
            )
    return tuple(sorted(holes, key=lambda hole: (-hole.area_m2, hole.x_m, hole.y_m)))


def _disc(
    grid: Grid, place: tuple[float, float], radius_m: float
) -> tuple[tuple[slice, slice], Mask]:
    """Return the window of a disc, clipped to the grid, and which of its cells lie inside."""
    rows, columns = grid.is_pour.shape
    slices = []
    for centre, origin, count in ((place[1], grid.y_m, rows), (place[0], grid.x_m, columns)):
        low = int(np.floor((centre - radius_m - origin) / grid.cell_m))
        high = int(np.ceil((centre + radius_m - origin) / grid.cell_m))
        slices.append(slice(min(max(low, 0), count), min(max(high, 0), count)))
    row_slice, column_slice = slices
    y = grid.y_m + (np.arange(row_slice.start, row_slice.stop) + 0.5) * grid.cell_m - place[1]
    x = grid.x_m + (np.arange(column_slice.start, column_slice.stop) + 0.5) * grid.cell_m - place[0]
    is_inside = y[:, None] ** 2 + x[None, :] ** 2 <= radius_m**2
    return (row_slice, column_slice), is_inside


def _union(grid: Grid, insertions: Sequence[Insertion], radius_m: float) -> Mask:
    union = np.zeros(grid.is_pour.shape, np.bool_)
    for one in insertions:
        window, is_inside = _disc(grid, one.place, radius_m)
        union[window] |= is_inside
    return union


def _share_pct(mask: Mask, whole: int) -> float | None:
    return 100.0 * float(np.count_nonzero(mask)) / whole if whole else None
