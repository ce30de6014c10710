"""Where the pokers go in: the pattern of insertions, and the mistakes planted in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workers.simulate.coverage import find_holes
from workers.simulate.plan import HOLE_MIN_M2, Point, Rect

# Discs of radius R on a square grid cover everything up to a pitch of sqrt(2) R.
PITCH_RADII = 1.22
JITTER_RADII = 0.04
# Wide enough to be out of tolerance, so little that no hole of the size of a missed area opens.
WIDE_PITCH_RADII = 1.78
# What a hole must still measure when the place of every insertion is this uncertain.
_HOLE_MARGIN_M = 0.05
_HOLE_SURE_M2 = 0.11
_BLOCKS = ((1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (3, 3))
# Places that are tried for each size of block.
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Visit:
    """A place where a poker goes in for `dwell_s` seconds.

    Attributes:
        column: in the pattern, in the direction of the work; -1 for one outside of the pattern.
        row: in the pattern, from y0 of the section.
        dwell_s: from the tip's entry to its exit.
        drag_to: where the running poker is pulled to before it comes out, or None.
        plant: rule that the visit breaks on purpose, or "".
    """

    x: float
    y: float
    column: int
    row: int
    dwell_s: float
    drag_to: Point | None = None
    plant: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The pattern of a section: `columns` along the flow of the work, `rows` across it."""

    columns: int
    rows: int
    radius_m: float
    wide_after: int | None
    opening_at: tuple[int, int] | None

    @property
    def pitch_m(self) -> float:
        return PITCH_RADII * self.radius_m

    @property
    def length_m(self) -> float:
        wide = 0.0 if self.wide_after is None else WIDE_PITCH_RADII - PITCH_RADII
        return self.columns * self.pitch_m + wide * self.radius_m

    @property
    def width_m(self) -> float:
        return self.rows * self.pitch_m

    def offset(self, column: int) -> float:
        """Return how far a column lies behind the start of the section, metres."""
        wide = self.wide_after is not None and column > self.wide_after
        extra = (WIDE_PITCH_RADII - PITCH_RADII) * self.radius_m if wide else 0.0
        return (column + 0.5) * self.pitch_m + extra

    def place(self, section: Rect, flow: int, column: int, row: int) -> Point:
        """Return the middle of a cell of the pattern."""
        start = section.x0 if flow > 0 else section.x1
        return start + flow * self.offset(column), section.y0 + (row + 0.5) * self.pitch_m

    def opening(self, section: Rect, flow: int) -> Rect | None:
        """Return the box-out that takes the place of one insertion."""
        if self.opening_at is None:
            return None
        x, y = self.place(section, flow, *self.opening_at)
        half = 0.36 * self.radius_m
        return Rect(x - half, y - half, x + half, y + half)


def lay_out(rng: np.random.Generator, grid: Grid, section: Rect, flow: int) -> list[Visit]:
    """Return the visits of a faultless pattern, in serpentine order."""
    visits = []
    for column in range(grid.columns):
        rows = range(grid.rows) if column % 2 == 0 else range(grid.rows - 1, -1, -1)
        for row in rows:
            if (column, row) == grid.opening_at:
                continue
            x, y = grid.place(section, flow, column, row)
            # A widened gap stays as wide as it was meant to be.
            shift = rng.uniform(-1, 1, 2) * JITTER_RADII * grid.radius_m
            shift_x = 0.0 if grid.wide_after in (column, column - 1) else float(shift[0])
            visits.append(
                Visit(
                    round(x + shift_x, 3),
                    round(y + float(shift[1]), 3),
                    column,
                    row,
                    float(rng.uniform(11.6, 15.0)),
                )
            )
    return visits


def miss_block(
    rng: np.random.Generator,
    visits: Sequence[Visit],
    grid: Grid,
    section: Rect,
    opening: Rect | None,
) -> list[Visit]:
    """Leave out the smallest block of visits that opens a hole nobody can argue about.

    Row 0 lies along the formwork and is kept, for a hole there would break the edge rule too.
    Returns the visits unchanged if there is no such block.
    """
    corners = [(c, r) for c in range(grid.columns) for r in range(1, grid.rows)]
    rng.shuffle(corners)
    for columns, rows in _BLOCKS:
        for column, row in corners[:_TRIES]:
            block = {(column + i, row + j) for i in range(columns) for j in range(rows)}
            near_gap = grid.wide_after is not None and any(
                c in (grid.wide_after, grid.wide_after + 1) for c, _ in block
            )
            kept = [v for v in visits if (v.column, v.row) not in block]
            if near_gap or len(visits) - len(kept) != len(block) or len(kept) < 3:
                continue
            points = [(v.x, v.y) for v in kept]
            holes = find_holes(section, opening, points, grid.radius_m + _HOLE_MARGIN_M)
            if len(holes) == 1 and holes[0].area_m2 >= _HOLE_SURE_M2:
                return kept
    return list(visits)


def shorten(
    rng: np.random.Generator,
    visits: Sequence[Visit],
    radius_m: float,
    section: Rect,
    opening: Rect | None,
) -> list[Visit]:
    """Cut one visit so short that it does not count.

    Best where that opens no missed area; in a section too small for this, where the hole is so
    large that nobody can argue about it.
    """
    candidates = [i for i, visit in enumerate(visits) if not visit.plant and visit.column >= 0]
    rng.shuffle(candidates)
    before = _hole_areas(visits, radius_m, section, opening)
    opened: dict[int, float] = {}
    for i in candidates:
        rest = [v for j, v in enumerate(visits) if j != i and v.plant != "V01"]
        areas = _hole_areas(rest, radius_m, section, opening)
        if areas == before:
            return plant_at(visits, i, dwell_s=float(rng.uniform(3.5, 7.5)), plant="V01")
        opened[i] = sum(areas) - sum(before)
    if not opened or "V01" in {visit.plant for visit in visits}:
        return list(visits)
    widest = max(opened, key=opened.__getitem__)
    return plant_at(visits, widest, dwell_s=float(rng.uniform(3.5, 7.5)), plant="V01")


def _hole_areas(
    visits: Sequence[Visit], radius_m: float, section: Rect, opening: Rect | None
) -> list[float]:
    """Return the areas of the holes that come near to a missed area, m2."""
    points = [(v.x, v.y) for v in visits]
    holes = find_holes(section, opening, points, radius_m)
    return [hole.area_m2 for hole in holes if hole.area_m2 >= 0.7 * HOLE_MIN_M2]


def plant_at(
    visits: Sequence[Visit],
    index: int,
    *,
    dwell_s: float,
    plant: str,
    drag_to: Point | None = None,
) -> list[Visit]:
    """Return the visits with one of them changed to break a rule."""
    changed = replace(visits[index], dwell_s=dwell_s, plant=plant, drag_to=drag_to)
    return [*visits[:index], changed, *visits[index + 1 :]]


def neighbour_pairs(visits: Sequence[Visit]) -> list[tuple[int, int]]:
    """Return index pairs of visits that are next to each other in the pattern."""
    at = {(v.column, v.row): i for i, v in enumerate(visits) if v.column >= 0}
    return [
        (i, at[other])
        for (column, row), i in at.items()
        for other in ((column + 1, row), (column, row + 1))
        if other in at
    ]
