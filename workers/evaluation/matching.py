"""Which found box is which true one, at all thresholds and for all sizes at once.

The rules are those of the official COCO evaluation (`COCOeval.evaluateImg` in pycocotools): in each
picture and class the best scores choose first; each takes the true box that it overlaps most, of
those that count rather than of those that are to be ignored, and of equal ones the last. The
official code goes through pictures, classes, sizes and thresholds one after the other; here the
boxes that choose at the same rank in all pictures and classes choose together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.evaluation.tables import Bools, Floats, Found, Ints, Truths, overlaps

IOU_THRESHOLDS: Floats = np.linspace(0.5, 0.95, 10)
AREAS_PX2 = {
    "all": (0.0, 1e10),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e10),
}
MOST_PER_PICTURE = 100

# How many overlaps are worked out at once: some hundred megabytes.
_MAX_PAIRS = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Found and true boxes of the same picture that overlap enough.

    Attributes:
        found: (P,) int64, rows of what was found.
        truths: (P,) int64, rows of what there is to find.
        ious: (P,) float64.
    """

    found: Ints
    truths: Ints
    ious: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What was found, and what of it is right, at each of T thresholds for one range of sizes.

    Attributes:
        truths: (T, D) int64, the row of the true box that a found one is, or -1.
        are_ignored: (T, D) bool, whether it is neither right nor wrong.
        counted: (G,) bool, the true boxes that are to be found.
    """

    truths: Ints
    are_ignored: Bools
    counted: Bools

    @property
    def are_right(self) -> Bools:
        """(T, D) bool, whether it is right."""
        return (self.truths >= 0) & ~self.are_ignored


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The found boxes that count, by class, then picture, then score.

    Attributes:
        found: the D boxes; at most a hundred in each picture and class.
        ranks: (D,) int64, from 0 for the best of its picture and class.
        rows: (D,) int64, which of the boxes given it was.
    """

    found: Found
    ranks: Ints
    rows: Ints


def rank(found: Found) -> Ranked:
    """Order the found boxes and leave out those beyond the hundredth of a picture and class."""
    order = np.lexsort((-found.scores, found.images, found.categories))
    images, categories = found.images[order], found.categories[order]
    positions = np.arange(len(order))
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (images[1:] != images[:-1]) | (categories[1:] != categories[:-1])
    ranks = positions - np.maximum.accumulate(np.where(is_first, positions, 0))
    kept = ranks < MOST_PER_PICTURE
    return Ranked(found.take(order[kept]), ranks[kept], order[kept])


def pair(truths: Truths, found: Found, least_iou: float = IOU_THRESHOLDS[0]) -> Pairs:
    """Return all pairs of the same picture and class that overlap by this much and more."""
    image_count = len(truths.image_ids)
    keys = truths.categories * image_count + truths.images
    order = np.argsort(keys, kind="stable")
    wanted = found.categories * image_count + found.images
    starts = np.searchsorted(keys[order], wanted, "left")
    counts = np.searchsorted(keys[order], wanted, "right") - starts
    parts = [
        _pair_some(truths, found, order, starts, counts, rows, least_iou)
        for rows in _portions(counts)
    ]
    return Pairs(
        np.concatenate([part.found for part in parts] or [np.empty(0, np.int64)]),
        np.concatenate([part.truths for part in parts] or [np.empty(0, np.int64)]),
        np.concatenate([part.ious for part in parts] or [np.empty(0)]),
    )


def _portions(counts: Ints) -> list[Ints]:
    """Cut the found boxes so that no part has too many pairs."""
    with_pairs = np.flatnonzero(counts)
    if len(with_pairs) == 0:
        return []
    ends = np.cumsum(counts[with_pairs])
    cuts = np.searchsorted(ends, np.arange(_MAX_PAIRS, ends[-1], _MAX_PAIRS))
    return [part for part in np.split(with_pairs, cuts) if len(part)]


def _pair_some(
    truths: Truths,
    found: Found,
    order: Ints,
    starts: Ints,
    counts: Ints,
    rows: Ints,
    least_iou: float,
) -> Pairs:
    of_found = np.repeat(rows, counts[rows])
    ends = np.cumsum(counts[rows])
    within = np.arange(ends[-1]) - np.repeat(ends - counts[rows], counts[rows])
    of_truths = order[np.repeat(starts[rows], counts[rows]) + within]
    ious = overlaps(found.boxes[of_found], truths.boxes[of_truths], truths.are_crowds[of_truths])
    good = ious >= least_iou
    return Pairs(of_found[good], of_truths[good], ious[good])


def match(
    truths: Truths,
    ranked: Ranked,
    pairs: Pairs,
    area_px2: tuple[float, float],
    thresholds: Floats = IOU_THRESHOLDS,
) -> Matches:
    """Say which found box is which true one.

    Args:
        truths: what there is to find.
        ranked: what was found.
        pairs: of the two.
        area_px2: least and greatest area of what counts.
        thresholds: (T,) the least overlaps, none below one half.
    """
    low, high = area_px2
    ignored = truths.are_crowds | (truths.areas < low) | (truths.areas > high)
    matched = _choose(ranked, pairs, ignored, truths.are_crowds, thresholds)
    # With nothing to find, -1 has to have something to point to.
    is_to_ignored = np.append(ignored, False)[matched]
    areas = ranked.found.boxes[:, 2] * ranked.found.boxes[:, 3]
    is_outside = (areas < low) | (areas > high)
    are_ignored = np.where(matched >= 0, is_to_ignored, is_outside)
    return Matches(matched, are_ignored, ~ignored)


def _choose(
    ranked: Ranked, pairs: Pairs, ignored: Bools, are_crowds: Bools, thresholds: Floats
) -> NDArray[np.int64]:
    """Return (T, D) int64, the true box that each found one gets, or -1."""
    matched = np.full((len(thresholds), len(ranked.found)), -1, np.int64)
    is_free = np.ones((len(thresholds), len(ignored)), np.bool_)
    if len(pairs.found) == 0:
        return matched
    # In the order of preference of each found box, and these by rank.
    order = np.lexsort(
        (
            -pairs.truths,
            -pairs.ious,
            ignored[pairs.truths],
            pairs.found,
            ranked.ranks[pairs.found],
        )
    )
    of_found, of_truths, ious = pairs.found[order], pairs.truths[order], pairs.ious[order]
    starts = np.flatnonzero(np.diff(of_found, prepend=-1))
    ranks = ranked.ranks[of_found[starts]]
    rounds = np.flatnonzero(np.diff(ranks, prepend=-1))
    for begin, end in zip(rounds, np.append(rounds[1:], len(starts)), strict=True):
        first = starts[begin]
        last = starts[end] if end < len(starts) else len(of_found)
        choices = of_truths[first:last]
        is_possible = (ious[first:last] >= thresholds[:, None]) & (
            is_free[:, choices] | are_crowds[choices]
        )
        none = last - first
        positions = np.where(is_possible, np.arange(none), none)
        best = np.minimum.reduceat(positions, starts[begin:end] - first, axis=1)
        taken = np.append(choices, -1)[best]
        matched[:, of_found[starts[begin:end]]] = taken
        level, column = np.nonzero(taken >= 0)
        is_free[level, taken[level, column]] = False
    return matched
