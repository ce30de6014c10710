"""What a detector got wrong with one threshold, and how."""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from workers.evaluation.averages import Evaluated
from workers.evaluation.matching import IOU_THRESHOLDS, Pairs, pair
from workers.evaluation.tables import Bools, Floats, Found, Ints, Truths

# Less overlap than this is chance.
_LEAST_IOU = 0.1

T = TypeVar("T", Truths, Found)


@dataclass(frozen=True, slots=True)
class Mistake:
    """An object that was missed, or a box that is none.

    Attributes:
        image_id: the picture's id in the ground truth.
        box: `x1, y1, x2, y2` in pixels.
        label: of the object, or of the box.
        score: of the box; of a missed object the best score that a box of its class had on it, or
            None.
        overlap: the greatest overlap with anything on the other side.
        reason: of a miss `low_score`, `wrong_label`, `poor_box` or `nothing_found`; of a false
            alarm `duplicate`, `wrong_label`, `poor_box` or `nothing_there`.
    """

    image_id: Any
    box: tuple[float, float, float, float]
    label: str
    score: float | None
    overlap: float
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """All pairs of true and found boxes of one picture, of whatever class, at one threshold.

    Attributes:
        evaluated: where they come from.
        pairs: the P pairs that overlap at all; without crowds.
        is_same: (P,) bool, whether they are of the same class.
        is_strong: (P,) bool, whether they overlap by half.
        is_seen: (P,) bool, whether the box scores enough.
        counts: (D,) bool, the found boxes that score enough.
        is_right: (D,) bool, those of them that are right.
    """

    evaluated: Evaluated
    pairs: Pairs
    is_same: Bools
    is_strong: Bools
    is_seen: Bools
    counts: Bools
    is_right: Bools

    @classmethod
    def at(cls, evaluated: Evaluated, threshold: float) -> "Sight":
        """Look at what scores this and more."""
        truths, found = evaluated.truths, evaluated.ranked.found
        pairs = pair(_of_one_class(truths), _of_one_class(found), _LEAST_IOU)
        kept = ~truths.are_crowds[pairs.truths]
        pairs = Pairs(pairs.found[kept], pairs.truths[kept], pairs.ious[kept])
        counts = found.scores >= threshold
        return cls(
            evaluated,
            pairs,
            is_same=truths.categories[pairs.truths] == found.categories[pairs.found],
            is_strong=pairs.ious >= IOU_THRESHOLDS[0],
            is_seen=counts[pairs.found],
            counts=counts,
            is_right=evaluated.matches["all"].are_right[0] & counts,
        )

    def truths_with(self, which: Bools) -> Bools:
        """Return (G,) bool, which true boxes are in one of these pairs."""
        return np.bincount(self.pairs.truths[which], minlength=len(self.evaluated.truths)) > 0

    def found_with(self, which: Bools) -> Bools:
        """Return (D,) bool, which found boxes are in one of these pairs."""
        return np.bincount(self.pairs.found[which], minlength=len(self.counts)) > 0


def confusion(sight: Sight) -> Ints:
    """Count which class was taken for which.

    Each object goes with one box at most, of its own class if there is one, else with that which
    overlaps it most.

    Returns:
        (K + 1, K + 1) int64; rows are true classes, columns found ones, the last of each is the
        background. A box on a crowd of its class is left out.
    """
    truths, found = sight.evaluated.truths, sight.evaluated.ranked.found
    background = len(truths.names)
    table = np.zeros((background + 1, background + 1), np.int64)
    chosen = np.flatnonzero(sight.is_strong & sight.is_seen)
    order = chosen[np.lexsort((-sight.pairs.ious[chosen], ~sight.is_same[chosen]))]
    is_free_truth, is_free_found = ~truths.are_crowds, sight.counts & ~_on_crowd(sight)
    for row in order.tolist():
        true, box = sight.pairs.truths[row], sight.pairs.found[row]
        if is_free_truth[true] and is_free_found[box]:
            is_free_truth[true] = is_free_found[box] = False
            table[truths.categories[true], found.categories[box]] += 1
    missed, alarms = truths.categories[is_free_truth], found.categories[is_free_found]
    table[:-1, background] = np.bincount(missed, minlength=background)
    table[background, :-1] = np.bincount(alarms, minlength=background)
    return table


def worst_misses(sight: Sight, most: int) -> list[Mistake]:
    """Return the objects that were not found, the largest first."""
    truths, found = sight.evaluated.truths, sight.evaluated.ranked.found
    matched = sight.evaluated.matches["all"]
    is_found = np.zeros(len(truths), np.bool_)
    is_found[matched.truths[0, sight.is_right]] = True
    is_low = sight.is_same & sight.is_strong & ~sight.is_seen
    best_score = np.zeros(len(truths))
    np.maximum.at(best_score, sight.pairs.truths[is_low], found.scores[sight.pairs.found[is_low]])
    reasons = np.select(
        [
            sight.truths_with(is_low),
            sight.truths_with(~sight.is_same & sight.is_strong & sight.is_seen),
            sight.truths_with(sight.is_same & ~sight.is_strong & sight.is_seen),
        ],
        ["low_score", "wrong_label", "poor_box"],
        "nothing_found",
    )
    rows = np.flatnonzero(matched.counted & ~is_found)
    rows = rows[np.argsort(-truths.areas[rows], kind="stable")][:most]
    best_iou = _best(sight.pairs.truths, sight.pairs.ious, len(truths))
    return [
        Mistake(
            image_id=truths.image_ids[truths.images[row]],
            box=_corners(truths.boxes[row]),
            label=truths.names[truths.categories[row]],
            score=float(best_score[row]) if reasons[row] == "low_score" else None,
            overlap=round(float(best_iou[row]), 4),
            reason=str(reasons[row]),
        )
        for row in rows.tolist()
    ]


def worst_false_alarms(sight: Sight, most: int) -> list[Mistake]:
    """Return the boxes that are none, the best score first."""
    truths, found = sight.evaluated.truths, sight.evaluated.ranked.found
    is_wrong = sight.counts & ~sight.is_right & ~sight.evaluated.matches["all"].are_ignored[0]
    reasons = np.select(
        [
            sight.found_with(sight.is_same & sight.is_strong),
            sight.found_with(~sight.is_same & sight.is_strong),
            sight.found_with(sight.is_same & ~sight.is_strong),
        ],
        ["duplicate", "wrong_label", "poor_box"],
        "nothing_there",
    )
    rows = np.flatnonzero(is_wrong)
    rows = rows[np.argsort(-found.scores[rows], kind="stable")][:most]
    best_iou = _best(sight.pairs.found, sight.pairs.ious, len(found))
    return [
        Mistake(
            image_id=truths.image_ids[found.images[row]],
            box=_corners(found.boxes[row]),
            label=truths.names[found.categories[row]],
            score=float(found.scores[row]),
            overlap=round(float(best_iou[row]), 4),
            reason=str(reasons[row]),
        )
        for row in rows.tolist()
    ]


def _of_one_class(boxes: T) -> T:
    return replace(boxes, categories=np.zeros_like(boxes.categories))


def _on_crowd(sight: Sight) -> Bools:
    matches = sight.evaluated.matches["all"]
    on_crowd: Bools = (matches.truths[0] >= 0) & matches.are_ignored[0]
    return on_crowd


def _best(rows: Ints, values: Floats, count: int) -> Floats:
    best = np.zeros(count)
    np.maximum.at(best, rows, values)
    return best


def _corners(box: Floats) -> tuple[float, float, float, float]:
    x, y, width, height = (round(float(value), 2) for value in box)
    return x, y, round(x + width, 2), round(y + height, 2)
