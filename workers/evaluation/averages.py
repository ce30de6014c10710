"""Precision and recall from matches, as `COCOeval.accumulate` in pycocotools works them out."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from workers.evaluation.matching import (
    AREAS_PX2,
    IOU_THRESHOLDS,
    Matches,
    Ranked,
    match,
    pair,
    rank,
)
from workers.evaluation.tables import Floats, Found, Ints, Truths

RECALLS: Floats = np.linspace(0.0, 1.0, 101)
# How many of the best of a picture and class count for recall.
LIMITS = (1, 10, 100)


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Precision and recall for T thresholds, K classes, A ranges of sizes; -1 where a class has
    nothing to find.

    Attributes:
        precision: (T, 101, K, A) float64, the best precision at each recall or beyond it.
        scores: (101, K) float64, for all sizes at the lowest threshold: the score from which on
            the recall is reached; 0 where it is not.
        recall: (T, K, A, 3) float64, the greatest recall with 1, 10 and 100 boxes for each picture
            and class.
    """

    precision: Floats
    scores: Floats
    recall: Floats

    @classmethod
    def empty(cls, class_count: int) -> Self:
        """Return figures of classes that have nothing to find."""
        shape = (len(IOU_THRESHOLDS), class_count, len(AREAS_PX2))
        return cls(
            np.full((shape[0], len(RECALLS), *shape[1:]), -1.0),
            np.full((len(RECALLS), class_count), -1.0),
            np.full((*shape, len(LIMITS)), -1.0),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """Found and true boxes with all that was worked out from them.

    Attributes:
        truths: what there is to find.
        ranked: what was found.
        matches: for each range of sizes of `AREAS_PX2`.
        averages: precision and recall.
    """

    truths: Truths
    ranked: Ranked
    matches: dict[str, Matches]
    averages: Averages


def evaluate_tables(truths: Truths, found: Found) -> Evaluated:
    """Match what was found with what there is to find, and average over classes and sizes."""
    ranked = rank(found)
    pairs = pair(truths, ranked.found)
    matches = {name: match(truths, ranked, pairs, area) for name, area in AREAS_PX2.items()}
    averages = Averages.empty(len(truths.names))
    for category, rows in enumerate(_by_class(ranked, len(truths.names))):
        # One after the other in all pictures; of equal scores the earlier picture first.
        order = rows.start + np.argsort(-ranked.found.scores[rows], kind="stable")
        is_of_class = truths.categories == category
        for area, matched in enumerate(matches.values()):
            wanted = int(np.count_nonzero(matched.counted & is_of_class))
            if wanted:
                _average(averages, category, area, matched, ranked, order, wanted)
    return Evaluated(truths, ranked, matches, averages)


def _by_class(ranked: Ranked, class_count: int) -> list[slice]:
    edges = np.searchsorted(ranked.found.categories, np.arange(class_count + 1))
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def _average(
    averages: Averages,
    category: int,
    area: int,
    matched: Matches,
    ranked: Ranked,
    order: Ints,
    wanted: int,
) -> None:
    """Fill in the figures of one class and range of sizes."""
    are_right = matched.are_right[:, order]
    counted = np.cumsum(~matched.are_ignored[:, order], axis=1)
    ranks, scores = ranked.ranks[order], ranked.found.scores[order]
    for level, is_right in enumerate(are_right):
        # Precision rises only where something is right, so that only these places are looked at.
        places = np.flatnonzero(is_right)
        right = np.arange(1, len(places) + 1, dtype=np.float64)
        wrong = counted[level, places] - right
        precision = right / (wrong + right + np.spacing(1))
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        reached = np.searchsorted(right / wanted, RECALLS, side="left")
        averages.precision[level, :, category, area] = np.append(envelope, 0.0)[reached]
        averages.recall[level, category, area] = [
            np.count_nonzero(ranks[places] < limit) / wanted for limit in LIMITS
        ]
        if level == 0 and area == 0:
            averages.scores[:, category] = np.append(scores[places], 0.0)[reached]
