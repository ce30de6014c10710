"""Random textures made of smoothed random grids."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


def fractal(
    rng: np.random.Generator, shape: tuple[int, int], octaves: Sequence[tuple[float, float]]
) -> Field:
    """Return (H, W) float32 noise around 0: a sum of (cell size in pixels, weight) octaves."""
    height, width = shape
    total = np.zeros(shape, dtype=np.float32)
    for cell_px, weight in octaves:
        rows, columns = int(height / cell_px) + 3, int(width / cell_px) + 3
        grid = rng.standard_normal((rows, columns), dtype=np.float32)
        size = (int(columns * cell_px), int(rows * cell_px))
        fine = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
        total += np.float32(weight) * fine[:height, :width]
    return total


def tiled(rng: np.random.Generator, side: int, octaves: Sequence[tuple[int, float]]) -> Field:
    """Return (side, side) noise whose opposite edges fit; cells must divide `side`."""
    total = np.zeros((side, side), dtype=np.float32)
    for cell_px, weight in octaves:
        cells = side // cell_px
        grid = rng.standard_normal((cells, cells), dtype=np.float32)
        wrapped = np.pad(grid, 3, mode="wrap")
        fine = cv2.resize(wrapped, None, fx=cell_px, fy=cell_px, interpolation=cv2.INTER_CUBIC)
        edge = 3 * cell_px
        total += np.float32(weight) * fine[edge : edge + side, edge : edge + side]
    return total


def relief(height: Field, to_sun: tuple[float, float, float], strength: float) -> Field:
    """Return how much brighter than 1 each cell of a height field is for the light's direction.

    Rows of `height` run along +y of the ground, columns along +x.
    """
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3) / 8
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3) / 8
    facing = -(slope_x * to_sun[0] + slope_y * to_sun[1]) * strength
    return np.asarray(1 + np.tanh(facing), dtype=np.float32)


def blurred(field: Field, sigma_px: float) -> Field:
    """Return a smoother (H, W) field."""
    return np.asarray(cv2.GaussianBlur(field, (0, 0), sigma_px), dtype=np.float32)


def speckle(
    rng: np.random.Generator, shape: tuple[int, int], count: int, radius_px: tuple[float, float]
) -> Field:
    """Return (H, W) float32 stones: each an ellipse of its own brightness around 0."""
    field = np.zeros(shape, dtype=np.float32)
    xs, ys = rng.integers(0, shape[1], count), rng.integers(0, shape[0], count)
    radii = rng.uniform(*radius_px, (count, 2)).round().astype(int)
    angles, tones = rng.uniform(0, 180, count), rng.normal(0.0, 1.0, count)
    for x, y, radius, angle, tone in zip(xs, ys, radii, angles, tones, strict=True):
        cv2.ellipse(
            field,
            (int(x), int(y)),
            (int(radius[0]), int(radius[1])),
            float(angle),
            0,
            360,
            float(tone),
            -1,
        )
    return field
