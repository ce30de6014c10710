"""The official evaluation, pycocotools: what ours is compared with."""

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.evaluation.files import read_results, read_truth

# The order of `COCOeval.stats` for boxes.
_STATS = (
    "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl",
)  # fmt: skip


def evaluate_by_pycocotools(truth_path: str | Path, results_path: str | Path) -> dict[str, Any]:
    """Return the figures of `evaluate_coco` as pycocotools works them out."""
    truth = read_truth(Path(truth_path))
    return reference_metrics(truth, read_results(Path(results_path), truth))


def reference_metrics(truth: dict[str, Any], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Evaluate checked ground truth and results; see `evaluate_coco` for the figures."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    # It reports its progress on stdout, where our own output goes.
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = truth
        coco.createIndex()
        evaluation = COCOeval(coco, _load_results(coco, results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    metrics: dict[str, Any] = {
        name: _or_none(value) for name, value in zip(_STATS, evaluation.stats, strict=True)
    }
    # (thresholds, recalls, classes, areas, limits): all areas, 100 detections.
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    metrics["per_class"] = {
        coco.cats[category]["name"]: {
            "AP": _mean(precision[:, :, k]),
            "AP50": _mean(precision[0, :, k]),
        }
        for k, category in enumerate(evaluation.params.catIds)
    }
    return metrics


def _load_results(truth: Any, results: list[dict[str, Any]]) -> Any:
    if results:
        return truth.loadRes(results)
    # `loadRes` cannot take an empty list, although finding nothing is a result.
    empty = type(truth)()
    empty.dataset = {**truth.dataset, "annotations": []}
    empty.createIndex()
    return empty


def _mean(precision: NDArray[np.float64]) -> float | None:
    counted = precision[precision > -1]
    return float(counted.mean()) if counted.size else None


def _or_none(value: float) -> float | None:
    # The official evaluation says -1 where there is nothing to find.
    return None if value < 0 else float(value)
