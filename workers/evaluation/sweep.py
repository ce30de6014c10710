"""How right a detector is with each score threshold, and which one to use."""

from dataclasses import dataclass

import numpy as np

from workers.evaluation.averages import Evaluated
from workers.evaluation.tables import Bools, Floats, Ints

THRESHOLDS = tuple(number / 100 for number in range(100))


@dataclass(frozen=True, slots=True)
class Point:
    """What comes of one threshold, with boxes that overlap by half.

    Attributes:
        threshold: what scores this and more counts.
        right: objects that were found.
        wrong: boxes that are none.
        missed: objects that were not found.
        precision: share of the boxes that are right, or None without boxes.
        recall: share of the objects that were found, or None without objects.
        f1: harmonic mean of the two; 0 where one is missing.
    """

    threshold: float
    right: int
    wrong: int
    missed: int
    precision: float | None
    recall: float | None
    f1: float


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Of all boxes by score, whether they are right; of one class or of all.

    Attributes:
        scores: (N,) float64, of the boxes that are not to be ignored, rising.
        right_from: (N + 1,) int64, how many from each on are right.
        wanted: how many objects there are.
    """

    scores: Floats
    right_from: Ints
    wanted: int

    def at(self, threshold: float) -> Point:
        """Return what comes of a threshold."""
        first = int(np.searchsorted(self.scores, threshold, "left"))
        count, right = len(self.scores) - first, int(self.right_from[first])
        missed = self.wanted - right
        return Point(
            threshold=threshold,
            right=right,
            wrong=count - right,
            missed=missed,
            precision=right / count if count else None,
            recall=right / self.wanted if self.wanted else None,
            f1=2 * right / (count + self.wanted) if count + self.wanted else 0.0,
        )


def verdicts(evaluated: Evaluated, category: int | None = None) -> Verdicts:
    """Collect the boxes of one class, or of all."""
    matches = evaluated.matches["all"]
    counts: Bools = ~matches.are_ignored[0]
    wanted: Bools = matches.counted
    if category is not None:
        counts = counts & (evaluated.ranked.found.categories == category)
        wanted = wanted & (evaluated.truths.categories == category)
    scores = evaluated.ranked.found.scores[counts]
    order = np.argsort(scores, kind="stable")
    is_right = matches.are_right[0, counts][order]
    right_from = np.append(np.cumsum(is_right[::-1])[::-1], 0).astype(np.int64)
    return Verdicts(scores[order], right_from, int(np.count_nonzero(wanted)))


def sweep(found: Verdicts) -> list[Point]:
    """Return what comes of each of the thresholds 0.00, 0.01, ... 0.99."""
    return [found.at(threshold) for threshold in THRESHOLDS]


def recommend(points: list[Point]) -> float | None:
    """Return the threshold with the best F1, the middle one of equals; None if all are 0."""
    best = max(point.f1 for point in points)
    if best == 0:
        return None
    equals = [point.threshold for point in points if point.f1 >= best - 1e-12]
    return equals[len(equals) // 2]
