"""COCO detection metrics, as the official evaluation defines them.

The figures are those of pycocotools (`workers.evaluation.reference`), to the last bit but for the
order of sums, in a fraction of its time.
"""

from pathlib import Path
from typing import Any

import numpy as np

from workers.evaluation.averages import Averages, Evaluated, evaluate_tables
from workers.evaluation.files import check_results, check_truth, read_results, read_truth
from workers.evaluation.matching import AREAS_PX2
from workers.evaluation.tables import Floats, Found, Truths

# IoU 0.5 and 0.75 among the thresholds, and the sizes and limits by their places.
_IOU50, _IOU75 = 0, 5
_ALL, _SMALL, _MEDIUM, _LARGE = range(len(AREAS_PX2))
_BEST_1, _BEST_10, _BEST_100 = range(3)


def evaluate_coco(truth_path: str | Path, results_path: str | Path) -> dict[str, Any]:
    """Compare detections with ground truth, both in files.

    Args:
        truth_path: COCO ground truth, `{"images", "annotations", "categories"}`.
        results_path: COCO results, a list of `{"image_id", "category_id", "bbox", "score"}`,
            boxes as `[x, y, width, height]`.

    Returns:
        `AP`, `AP50`, `AP75`, `APs`, `APm`, `APl`, `AR1`, `AR10`, `AR100`, `ARs`, `ARm`, `ARl`, and
        under `per_class` the `AP` and `AP50` of each class by name; None where the ground truth
        has nothing to find.

    Raises:
        EvaluationError: `ground_truth_unreadable` or `results_unreadable`, and what is wrong.
    """
    truth = read_truth(Path(truth_path))
    return metrics_of(evaluate_checked(truth, read_results(Path(results_path), truth)))


def evaluate_boxes(truth: dict[str, Any], results: list[dict[str, Any]]) -> Evaluated:
    """Match detections with ground truth, both in memory and in COCO's shapes.

    Raises:
        EvaluationError: as `evaluate_coco`.
    """
    truth = check_truth(truth, "The ground truth")
    return evaluate_checked(truth, check_results(results, truth, "The results"))


def evaluate_checked(truth: dict[str, Any], results: list[dict[str, Any]]) -> Evaluated:
    """Match what has been checked."""
    truths = Truths.of(truth)
    return evaluate_tables(truths, Found.of(results, truths))


def metrics_of(evaluated: Evaluated) -> dict[str, Any]:
    """Return the figures of `evaluate_coco`."""
    averages = evaluated.averages
    precision, recall = averages.precision, averages.recall
    return {
        "AP": mean(precision[..., _ALL]),
        "AP50": mean(precision[_IOU50, ..., _ALL]),
        "AP75": mean(precision[_IOU75, ..., _ALL]),
        "APs": mean(precision[..., _SMALL]),
        "APm": mean(precision[..., _MEDIUM]),
        "APl": mean(precision[..., _LARGE]),
        "AR1": mean(recall[..., _ALL, _BEST_1]),
        "AR10": mean(recall[..., _ALL, _BEST_10]),
        "AR100": mean(recall[..., _ALL, _BEST_100]),
        "ARs": mean(recall[..., _SMALL, _BEST_100]),
        "ARm": mean(recall[..., _MEDIUM, _BEST_100]),
        "ARl": mean(recall[..., _LARGE, _BEST_100]),
        "per_class": {
            name: class_metrics(averages, category, sizes=False)
            for category, name in enumerate(evaluated.truths.names)
        },
    }


def class_metrics(averages: Averages, category: int, *, sizes: bool) -> dict[str, float | None]:
    """Return `AP` and `AP50` of one class; with `sizes` also `AP75`, by size, and `AR100`."""
    precision = averages.precision[:, :, category]
    metrics = {"AP": mean(precision[..., _ALL]), "AP50": mean(precision[_IOU50, :, _ALL])}
    if sizes:
        metrics |= {
            "AP75": mean(precision[_IOU75, :, _ALL]),
            "APs": mean(precision[..., _SMALL]),
            "APm": mean(precision[..., _MEDIUM]),
            "APl": mean(precision[..., _LARGE]),
            "AR100": mean(averages.recall[:, category, _ALL, _BEST_100]),
        }
    return metrics


def mean(figures: Floats) -> float | None:
    """Return the mean of what there is, or None; -1 stands for nothing to find."""
    counted = figures[figures > -1]
    return float(np.mean(counted)) if counted.size else None
