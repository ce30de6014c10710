"""Boxes that are copied to another picture of the same camera go along with their objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, hypot, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.datasets.labels import Box

Image = NDArray[np.uint8]

CONFIDENCE_MIN = 0.6
"""Below this what was found is too often something else, and the box stays where it was."""

# An object is looked for within so many diagonals of its box: a second of walking.
_REACH = 1.5
# What is in a box is compared at no more pixels than this.
_WORK_AREA_PX = 64 * 64
# Standard deviation in levels of 0 to 255: plainer than this looks the same everywhere.
_PLAIN_LEVELS = 2.0


@dataclass(frozen=True, slots=True)
class Followed:
    """A box in the second picture.

    Attributes:
        box: where its object is, or where it was when that is not known.
        confidence: how much the two places look alike, 0 to 1.
    """

    box: Box
    confidence: float

    @property
    def is_found(self) -> bool:
        """Whether the box went along with its object."""
        return self.confidence >= CONFIDENCE_MIN


def follow(before: Image, after: Image, boxes: Sequence[Box]) -> list[Followed]:
    """Find again what lies in each box: by normalised cross-correlation around the old place.

    A box keeps its size, but ends at the edges of the picture when its object leaves it.

    Args:
        before: (H, W, 3) uint8, RGB, upright: the picture that has the boxes.
        after: another one of the same camera.
        boxes: in absolute pixels of `before`.

    Returns:
        One for each box, in their order. One that is not found again, or whose pictures differ
        in size, stays where it was.

    Raises:
        ValueError: an array is not a picture.
    """
    for image in (before, after):
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise ValueError(f"(H, W, 3) uint8 expected, not {image.shape} {image.dtype}")
    if before.shape != after.shape:
        return [Followed(box, 0.0) for box in boxes]
    return [_follow_one(before, after, box) for box in boxes]


def _follow_one(before: Image, after: Image, box: Box) -> Followed:
    height, width = before.shape[:2]
    inside = box.cut(width, height)
    left, top, right, bottom = inside.xyxy
    if right - left < 1.0 or bottom - top < 1.0:
        return Followed(box, 0.0)
    reach = _REACH * hypot(inside.width, inside.height)
    # Half of an object may leave the picture before it counts as gone.
    beyond_x, beyond_y = inside.width / 2.0, inside.height / 2.0
    window = (
        floor(max(left - reach, -beyond_x)),
        floor(max(top - reach, -beyond_y)),
        ceil(min(right + reach, width + beyond_x)),
        ceil(min(bottom + reach, height + beyond_y)),
    )
    scale = min(1.0, sqrt(_WORK_AREA_PX / inside.area))
    was, now = (_seen(image, window, scale) for image in (before, after))
    x, y = round((left - window[0]) * scale), round((top - window[1]) * scale)
    columns, rows = max(1, round(inside.width * scale)), max(1, round(inside.height * scale))
    pattern = was[y : y + rows, x : x + columns]
    if pattern.std(axis=(0, 1)).max() < _PLAIN_LEVELS:
        return Followed(box, 0.0)
    alike = np.asarray(cv2.matchTemplate(now, pattern, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
    row, column = np.unravel_index(int(alike.argmax()), alike.shape)
    confidence = min(1.0, max(0.0, float(alike[row, column])))
    if confidence < CONFIDENCE_MIN:
        return Followed(box, confidence)
    right_by = (column + _vertex(alike[row, :], int(column)) - x) / scale
    down_by = (row + _vertex(alike[:, column], int(row)) - y) / scale
    moved = Box(box.label, (left + right_by, top + down_by, right + right_by, bottom + down_by))
    return Followed(moved.cut(width, height), confidence)


def _seen(image: Image, window: tuple[int, int, int, int], scale: float) -> Image:
    """Cut a part out, made smaller; beyond the picture its edge goes on."""
    height, width = image.shape[:2]
    left, top, right, bottom = window
    part = cv2.copyMakeBorder(
        image[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)],
        max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0),
        cv2.BORDER_REPLICATE,
    )  # fmt: skip
    if scale < 1.0:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(part, dtype=np.uint8)


def _vertex(values: NDArray[np.float32], peak: int) -> float:
    """How far from its highest sample the parabola through it and its neighbours is highest."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    before, at, after = (float(value) for value in values[peak - 1 : peak + 2])
    bend = before - 2.0 * at + after
    return 0.5 * (before - after) / bend if bend < 0.0 else 0.0
