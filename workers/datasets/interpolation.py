"""Boxes between two labelled pictures of one video."""

from collections.abc import Sequence
from math import hypot

import numpy as np
import scipy

from workers.datasets.labels import Box

Corners = tuple[float, float, float, float]

# Objects further apart than this many of their own diagonals are not the same one.
REACH = 3.0


def interpolate(first: Sequence[Box], last: Sequence[Box], share: float) -> list[Box]:
    """Return the boxes of a picture that lies between two labelled ones.

    Objects are paired within their label so that all together move as little as possible; one
    that has no partner near enough is left out, because nobody knows when it came or went.

    Args:
        share: 0 at the first picture, 1 at the last one, by time.

    Returns:
        Boxes on the straight line between their partners, in the order of `first`.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share must be from 0 to 1, not {share}")
    return [
        Box(box.label, _between(box.xyxy, partner.xyxy, share))
        for box, partner in _pairs(first, last)
    ]


def _pairs(first: Sequence[Box], last: Sequence[Box]) -> list[tuple[Box, Box]]:
    pairs = []
    for label in dict.fromkeys(box.label for box in first):
        ours = [(number, box) for number, box in enumerate(first) if box.label == label]
        theirs = [box for box in last if box.label == label]
        if not theirs:
            continue
        costs = np.array([[_distance(box, other) for other in theirs] for _, box in ours])
        for row, column in zip(*scipy.optimize.linear_sum_assignment(costs), strict=True):
            if costs[row, column] <= REACH:
                pairs.append((*ours[row], theirs[column]))
    return [(box, partner) for _, box, partner in sorted(pairs, key=lambda pair: pair[0])]


def _distance(one: Box, other: Box) -> float:
    """Between the centres, in mean diagonals of the two."""
    (left, top, right, bottom), (left_2, top_2, right_2, bottom_2) = one.xyxy, other.xyxy
    shift = hypot(left + right - left_2 - right_2, top + bottom - top_2 - bottom_2) / 2.0
    size = (hypot(one.width, one.height) + hypot(other.width, other.height)) / 2.0
    return shift / size if size else float("inf")


def _between(one: Corners, other: Corners, share: float) -> Corners:
    left, top, right, bottom = (a + share * (b - a) for a, b in zip(one, other, strict=True))
    return left, top, right, bottom
