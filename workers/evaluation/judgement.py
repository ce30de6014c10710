"""How good a detector is, and where it fails, in one value that can be stored and shown."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from workers.evaluation.averages import LIMITS, RECALLS, Evaluated
from workers.evaluation.coco import class_metrics, evaluate_boxes, mean, metrics_of
from workers.evaluation.matching import AREAS_PX2
from workers.evaluation.mistakes import (
    Mistake,
    Sight,
    confusion,
    worst_false_alarms,
    worst_misses,
)
from workers.evaluation.sweep import Point, recommend, sweep, verdicts
from workers.evaluation.tables import Floats

DEFAULT_THRESHOLD = 0.25
BACKGROUND = "background"

_MOST_MISTAKES = 60
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class ClassJudgement:
    """One class; see `Judgement`."""

    name: str
    objects: int
    metrics: dict[str, float | None]
    precision: list[float]
    scores: list[float]
    recommended_threshold: float | None
    at_threshold: Point


@dataclass(frozen=True, slots=True)
class SizeJudgement:
    """One range of sizes; see `Judgement`."""

    name: str
    objects: int
    metrics: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good a detector is on labelled pictures.

    As JSON (`to_json`):

    - `images`, `objects`, `boxes`: how many pictures, objects to find (without crowds) and boxes
      found (at most 100 of a class in a picture) there are.
    - `metrics`: the figures of the official COCO evaluation, `AP`, `AP50`, `AP75`, `APs`, `APm`,
      `APl`, `AR1`, `AR10`, `AR100`, `ARs`, `ARm`, `ARl`; null where there is nothing to find.
    - `recommended_threshold`: the score threshold with the best F1 over all classes, or null if
      nothing was found that is right.
    - `score_threshold`: the one that all below is said for: that which was asked for, else the
      recommended one, else 0.25. Right is what overlaps an object of its class by half (IoU 0.5).
    - `at_threshold`: `{"threshold", "right", "wrong", "missed", "precision", "recall", "f1"}`;
      precision is null without boxes, recall without objects.
    - `sweep`: the same for each threshold from 0.00 to 0.99 by 0.01, in this order.
    - `recall`: the 101 recalls 0.00, 0.01, ... 1.00, the x axis of all curves.
    - `precision`: the mean over the classes of the best precision at each recall, 101 numbers;
      empty if there is nothing to find.
    - `classes`: for each class by its id `{"name", "objects", "metrics": {"AP", "AP50", "AP75",
      "APs", "APm", "APl", "AR100"}, "precision", "scores", "recommended_threshold",
      "at_threshold"}`; `precision` is its curve, `scores` the score from which on each recall is
      reached (0 where it never is), both empty if there is nothing to find.
    - `sizes`: `{"name", "objects", "metrics": {"AP", "AR100"}}` of objects that are `small` (below
      32 by 32 pixels), `medium`, and `large` (above 96 by 96).
    - `confusion`: `{"labels", "rows"}`; `labels` are the classes and then `background`,
      `rows[true][found]` counts. The background's row are false alarms, its column misses.
    - `misses`: up to 60 objects that were not found, the largest first, and `false_alarms`: up to
      60 boxes that are none, the best score first; each `{"image_id", "box": [x1, y1, x2, y2],
      "label", "score", "overlap", "reason"}` (see `Mistake` for the reasons).
    """

    images: int
    objects: int
    boxes: int
    metrics: dict[str, float | None]
    recommended_threshold: float | None
    score_threshold: float
    at_threshold: Point
    sweep: list[Point]
    recall: list[float]
    precision: list[float]
    classes: list[ClassJudgement]
    sizes: list[SizeJudgement]
    confusion: dict[str, Any]
    misses: list[Mistake]
    false_alarms: list[Mistake]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)


def judge(
    truth: dict[str, Any],
    results: list[dict[str, Any]],
    *,
    score_threshold: float | None = None,
) -> Judgement:
    """Judge detections.

    Args:
        truth: COCO ground truth, `{"images", "annotations", "categories"}`.
        results: COCO results, a list of `{"image_id", "category_id", "bbox", "score"}`, boxes as
            `[x, y, width, height]`; with low scores too, as the curves are made of them.
        score_threshold: where the detector is to be looked at; None for where its F1 is best.

    Raises:
        EvaluationError: `ground_truth_unreadable` or `results_unreadable`, and what is wrong.
    """
    evaluated = evaluate_boxes(truth, results)
    everything = verdicts(evaluated)
    points = sweep(everything)
    recommended = recommend(points)
    threshold = next(
        one for one in (score_threshold, recommended, DEFAULT_THRESHOLD) if one is not None
    )
    metrics = metrics_of(evaluated)
    del metrics["per_class"]
    sight = Sight.at(evaluated, threshold)
    names = evaluated.truths.names
    return Judgement(
        images=len(evaluated.truths.image_ids),
        objects=everything.wanted,
        boxes=len(evaluated.ranked.found),
        metrics=metrics,
        recommended_threshold=recommended,
        score_threshold=threshold,
        at_threshold=everything.at(threshold),
        sweep=points,
        recall=_rounded(RECALLS),
        precision=_mean_curve(evaluated),
        classes=[_judge_class(evaluated, row, threshold) for row in range(len(names))],
        sizes=[_judge_size(evaluated, name) for name in AREAS_PX2 if name != "all"],
        confusion={"labels": [*names, BACKGROUND], "rows": confusion(sight).tolist()},
        misses=worst_misses(sight, _MOST_MISTAKES),
        false_alarms=worst_false_alarms(sight, _MOST_MISTAKES),
    )


def _judge_class(evaluated: Evaluated, category: int, threshold: float) -> ClassJudgement:
    of_class = verdicts(evaluated, category)
    averages = evaluated.averages
    has_objects = of_class.wanted > 0
    return ClassJudgement(
        name=evaluated.truths.names[category],
        objects=of_class.wanted,
        metrics=class_metrics(averages, category, sizes=True),
        precision=_rounded(averages.precision[0, :, category, 0]) if has_objects else [],
        scores=_rounded(averages.scores[:, category]) if has_objects else [],
        recommended_threshold=recommend(sweep(of_class)),
        at_threshold=of_class.at(threshold),
    )


def _judge_size(evaluated: Evaluated, name: str) -> SizeJudgement:
    area = list(AREAS_PX2).index(name)
    averages = evaluated.averages
    return SizeJudgement(
        name=name,
        objects=int(np.count_nonzero(evaluated.matches[name].counted)),
        metrics={
            "AP": mean(averages.precision[..., area]),
            "AR100": mean(averages.recall[..., area, len(LIMITS) - 1]),
        },
    )


def _mean_curve(evaluated: Evaluated) -> list[float]:
    curves = evaluated.averages.precision[0, :, :, 0]
    counted = curves[:, curves[0] > -1]
    return _rounded(counted.mean(axis=1)) if counted.size else []


def _rounded(values: Floats) -> list[float]:
    return [round(value, _DIGITS) for value in values.tolist()]
