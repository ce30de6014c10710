"""How far apart two forms of one model are."""

from dataclasses import dataclass

import numpy as np

from workers.detect.heads import Candidates


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest differences between what two forms of a model find.

    Attributes:
        box_px: of a corner's coordinate, in pixels.
        score: of a score.
    """

    box_px: float
    score: float


def largest_difference(one: Candidates, other: Candidates, *, compared: int = 50) -> Difference:
    """Compare the best candidates of one form with those nearest to them of the other.

    Models that choose their queries order equal ones by chance, so that boxes have to be looked
    for; of those of the same class the nearest counts, box and score together.

    Args:
        one: of the first form, boxes in pixels.
        other: of the second form for the same picture, by a threshold that is no higher.
        compared: how many of the best of `one` are looked for.

    Returns:
        The differences; infinite where a class is missing in `other`.
    """
    worst_px = worst_score = 0.0
    for row in np.argsort(-one.scores, kind="stable")[:compared]:
        same = np.flatnonzero(other.class_ids == one.class_ids[row])
        if len(same) == 0:
            return Difference(float("inf"), float("inf"))
        px = np.abs(other.boxes[same] - one.boxes[row]).max(axis=1)
        score = np.abs(other.scores[same] - one.scores[row])
        # A pixel weighs as much as a hundredth of the score, which are the tolerances.
        nearest = int(np.argmin(np.maximum(px, 100 * score)))
        worst_px = max(worst_px, float(px[nearest]))
        worst_score = max(worst_score, float(score[nearest]))
    return Difference(worst_px, worst_score)
