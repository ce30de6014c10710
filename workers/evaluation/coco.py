"""COCO detection metrics, as the official evaluation defines them."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from workers.errors import EvaluationError

# The order of `COCOeval.stats` for boxes.
_STATS = (
    "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl",
)  # fmt: skip
_TRUTH_KEYS = ("images", "annotations", "categories")
_RESULT_KEYS = ("image_id", "category_id", "bbox", "score")


def evaluate_coco(truth_path: str | Path, results_path: str | Path) -> dict[str, Any]:
    """Compare detections with ground truth.

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
    truth_json = _read_truth(Path(truth_path))
    results_json = _read_results(Path(results_path), truth_json)
    # pycocotools reports its progress on stdout, where our own output goes.
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = truth_json
        truth.createIndex()
        evaluation = COCOeval(truth, _load_results(truth, results_json), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    metrics: dict[str, Any] = {
        name: _or_none(value) for name, value in zip(_STATS, evaluation.stats, strict=True)
    }
    metrics["per_class"] = _per_class(evaluation, truth)
    return metrics


def _load_results(truth: COCO, results: list[dict[str, Any]]) -> COCO:
    if results:
        return truth.loadRes(results)
    # `loadRes` cannot take an empty list, although finding nothing is a result.
    empty = COCO()
    empty.dataset = {**truth.dataset, "annotations": []}
    empty.createIndex()
    return empty


def _per_class(evaluation: COCOeval, truth: COCO) -> dict[str, dict[str, float | None]]:
    # (thresholds, recalls, classes, areas, limits): all areas, 100 detections.
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    return {
        truth.cats[category_id]["name"]: {
            "AP": _mean(precision[:, :, k]),
            "AP50": _mean(precision[0, :, k]),
        }
        for k, category_id in enumerate(evaluation.params.catIds)
    }


def _mean(precision: NDArray[np.float64]) -> float | None:
    counted = precision[precision > -1]
    return float(counted.mean()) if counted.size else None


def _or_none(value: float) -> float | None:
    # The official evaluation says -1 where there is nothing to find.
    return None if value < 0 else float(value)


def _read_truth(path: Path) -> dict[str, Any]:
    code = "ground_truth_unreadable"
    truth = _read_json(path, code)
    if not isinstance(truth, dict) or not all(isinstance(truth.get(k), list) for k in _TRUTH_KEYS):
        raise EvaluationError(code, f"{path.name} is not COCO: it needs {', '.join(_TRUTH_KEYS)}.")
    try:
        images = {image["id"] for image in truth["images"]}
        categories = {category["id"] for category in truth["categories"]}
        for number, annotation in enumerate(truth["annotations"]):
            _check_box(annotation["bbox"])
            if annotation["image_id"] not in images or annotation["category_id"] not in categories:
                raise ValueError(f"annotation {number} is of an unknown image or category")
            # Some tools leave these out; the evaluation needs them.
            annotation.setdefault("area", annotation["bbox"][2] * annotation["bbox"][3])
            annotation.setdefault("iscrowd", 0)
            annotation.setdefault("id", number + 1)
    except (KeyError, TypeError, ValueError) as error:
        raise EvaluationError(code, f"{path.name} is not COCO ground truth: {error}.") from error
    return truth


def _read_results(path: Path, truth: dict[str, Any]) -> list[dict[str, Any]]:
    code = "results_unreadable"
    results = _read_json(path, code)
    if not isinstance(results, list):
        raise EvaluationError(code, f"{path.name} is not COCO results: it is not a list.")
    images = {image["id"] for image in truth["images"]}
    for number, result in enumerate(results):
        try:
            missing = [key for key in _RESULT_KEYS if key not in result]
            if missing:
                raise ValueError(f"it has no {missing[0]}")
            _check_box(result["bbox"])
            if result["image_id"] not in images:
                raise ValueError(f"the ground truth has no image {result['image_id']}")
            if not isinstance(result["score"], int | float):
                raise ValueError("its score is not a number")
        except (TypeError, ValueError) as error:
            raise EvaluationError(code, f"{path.name}: result {number} is bad: {error}.") from error
    return results


def _check_box(box: Any) -> None:
    if not isinstance(box, list) or len(box) != 4:
        raise ValueError("its bbox is not [x, y, width, height]")
    if not all(isinstance(value, int | float) and np.isfinite(value) for value in box):
        raise ValueError("its bbox has something else than numbers")


def _read_json(path: Path, code: str) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise EvaluationError(code, f"{path.name} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise EvaluationError(code, f"{path.name} is not JSON: {error}.") from error
