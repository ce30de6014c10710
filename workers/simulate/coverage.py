"""What a set of insertions covers of a section, on a fine grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.simulate.plan import Point, Rect

CELL_M = 0.02


@dataclass(frozen=True, slots=True)
class Hole:
    """A connected area that no disc covers."""

    x_m: float
    y_m: float
    area_m2: float


def covered_cells(
    section: Rect, opening: Rect | None, points: Sequence[Point], radius_m: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which cells count and which of them a disc covers, both (rows, columns) bool."""
    xs = np.arange(section.x0 + CELL_M / 2, section.x1, CELL_M)
    ys = np.arange(section.y0 + CELL_M / 2, section.y1, CELL_M)
    grid_x, grid_y = np.meshgrid(xs, ys)
    counts = np.ones(grid_x.shape, dtype=bool)
    if opening is not None:
        counts &= ~(
            (grid_x >= opening.x0)
            & (grid_x <= opening.x1)
            & (grid_y >= opening.y0)
            & (grid_y <= opening.y1)
        )
    covered = np.zeros_like(counts)
    for x, y in points:
        rows = slice(*np.searchsorted(ys, (y - radius_m, y + radius_m)))
        columns = slice(*np.searchsorted(xs, (x - radius_m, x + radius_m)))
        distance_x, distance_y = xs[None, columns] - x, ys[rows, None] - y
        covered[rows, columns] |= distance_x**2 + distance_y**2 <= radius_m**2
    return counts, covered & counts


def coverage_pct(
    section: Rect, opening: Rect | None, points: Sequence[Point], radius_m: float
) -> float:
    """Return the covered share of the section without its opening, per cent."""
    counts, covered = covered_cells(section, opening, points, radius_m)
    return float(100 * covered.sum() / counts.sum())


def find_holes(
    section: Rect, opening: Rect | None, points: Sequence[Point], radius_m: float
) -> list[Hole]:
    """Return every uncovered area, largest first."""
    counts, covered = covered_cells(section, opening, points, radius_m)
    open_cells = (counts & ~covered).astype(np.uint8)
    count, _, stats, centroids = cv2.connectedComponentsWithStats(open_cells, connectivity=4)
    holes = [
        Hole(
            x_m=section.x0 + (float(centroids[i][0]) + 0.5) * CELL_M,
            y_m=section.y0 + (float(centroids[i][1]) + 0.5) * CELL_M,
            area_m2=float(stats[i][cv2.CC_STAT_AREA]) * CELL_M**2,
        )
        for i in range(1, count)
    ]
    return sorted(holes, key=lambda hole: -hole.area_m2)
