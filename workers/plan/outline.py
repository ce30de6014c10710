"""Cells as exact outlines and hatching, so that maps stay sharp at every size."""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]


def rings_of(mask: Mask) -> list[Points]:
    """Trace the borders of the set cells of a raster.

    Args:
        mask: (H, W) bool.

    Returns:
        Closed rings of (N, 2) corners as (column, row), without the first one repeated. Filled
        by the even-odd rule they cover the set cells and nothing else.
    """
    follows = _borders(mask)
    rings = []
    while follows:
        start = next(iter(follows))
        ring, here = [start], _take(follows, start)
        while here != start:
            ring.append(here)
            here = _take(follows, here)
        rings.append(_corners(np.array(ring, np.float64)))
    return rings


def _borders(mask: Mask) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return the sides of cells between set and unset, as steps that keep the set on one hand."""
    padded = np.pad(mask, 1)
    inside = padded[1:-1, 1:-1]
    follows: dict[tuple[int, int], list[tuple[int, int]]] = {}
    sides = (
        (inside & ~padded[:-2, 1:-1], (0, 0), (1, 0)),
        (inside & ~padded[1:-1, 2:], (1, 0), (1, 1)),
        (inside & ~padded[2:, 1:-1], (1, 1), (0, 1)),
        (inside & ~padded[1:-1, :-2], (0, 1), (0, 0)),
    )
    for is_border, (from_x, from_y), (to_x, to_y) in sides:
        for row, column in np.argwhere(is_border).tolist():
            start = (column + from_x, row + from_y)
            follows.setdefault(start, []).append((column + to_x, row + to_y))
    return follows


def _take(
    follows: dict[tuple[int, int], list[tuple[int, int]]], start: tuple[int, int]
) -> tuple[int, int]:
    ends = follows[start]
    end = ends.pop()
    if not ends:
        del follows[start]
    return end


def _corners(ring: Points) -> Points:
    """Leave out the points at which a ring goes straight on."""
    came, goes = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    corners: Points = ring[(came != goes).any(axis=1)]
    return corners


def hatching_of(mask: Mask, step: int) -> list[Points]:
    """Return (2, 2) diagonal strokes as (column, row) over the set cells, `step` cells apart."""
    rows, columns = mask.shape
    strokes = []
    for offset in range(-(rows // step) * step, columns, step):
        cells = np.diagonal(mask, offset).astype(np.int8)
        turns = np.flatnonzero(np.diff(cells, prepend=0, append=0))
        first_row, first_column = max(-offset, 0), max(offset, 0)
        for begin, end in turns.reshape(-1, 2).tolist():
            strokes.append(
                np.array(
                    [
                        (first_column + begin, first_row + begin),
                        (first_column + end, first_row + end),
                    ],
                    np.float64,
                )
            )
    return strokes
