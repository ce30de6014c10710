"""COCO ground truth and results: read, and refused with what is wrong with them."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from workers.errors import EvaluationError

TRUTH_CODE = "ground_truth_unreadable"
RESULTS_CODE = "results_unreadable"

_TRUTH_KEYS = ("images", "annotations", "categories")
_RESULT_KEYS = ("image_id", "category_id", "bbox", "score")


def read_truth(path: Path) -> dict[str, Any]:
    """Read and check a file of ground truth; see `check_truth`."""
    return check_truth(_read_json(path, TRUTH_CODE), path.name)


def read_results(path: Path, truth: dict[str, Any]) -> list[dict[str, Any]]:
    """Read and check a file of results; see `check_results`."""
    return check_results(_read_json(path, RESULTS_CODE), truth, path.name)


def check_truth(truth: Any, name: str) -> dict[str, Any]:
    """Return the ground truth with what some tools leave out filled in.

    Args:
        truth: `{"images", "annotations", "categories"}`.
        name: of its file, for people.

    Raises:
        EvaluationError: `ground_truth_unreadable`.
    """
    if not isinstance(truth, dict) or not all(isinstance(truth.get(k), list) for k in _TRUTH_KEYS):
        raise EvaluationError(TRUTH_CODE, f"{name} is not COCO: it needs {', '.join(_TRUTH_KEYS)}.")
    try:
        images = {image["id"] for image in truth["images"]}
        categories = {category["id"] for category in truth["categories"]}
        for category in truth["categories"]:
            if not isinstance(category["name"], str):
                raise ValueError(f"category {category['id']} has no name")
        annotations = [
            _check_annotation(number, annotation, images, categories)
            for number, annotation in enumerate(truth["annotations"])
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise EvaluationError(TRUTH_CODE, f"{name} is not COCO ground truth: {error}.") from error
    return {**truth, "annotations": annotations}


def check_results(results: Any, truth: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the results if all of them are good.

    Args:
        results: a list of `{"image_id", "category_id", "bbox", "score"}`.
        truth: what they are compared with, as `check_truth` gives it.
        name: of their file, for people.

    Raises:
        EvaluationError: `results_unreadable`.
    """
    if not isinstance(results, list):
        raise EvaluationError(RESULTS_CODE, f"{name} is not COCO results: it is not a list.")
    images = {image["id"] for image in truth["images"]}
    if _all_good(results, images):
        return results
    for number, result in enumerate(results):
        try:
            _check_result(result, images)
        except (TypeError, ValueError) as error:
            raise EvaluationError(
                RESULTS_CODE, f"{name}: result {number} is bad: {error}."
            ) from error
    return results


def _check_annotation(
    number: int, annotation: dict[str, Any], images: set[Any], categories: set[Any]
) -> dict[str, Any]:
    _check_box(annotation["bbox"])
    if annotation["image_id"] not in images or annotation["category_id"] not in categories:
        raise ValueError(f"annotation {number} is of an unknown image or category")
    area = annotation.get("area", annotation["bbox"][2] * annotation["bbox"][3])
    if not _is_number(area):
        raise ValueError(f"the area of annotation {number} is not a number")
    # Numbered anew: pycocotools counts an annotation 0 as never found, and one of two with the
    # same number twice.
    return {
        **annotation,
        "id": number + 1,
        "area": area,
        "iscrowd": int(bool(annotation.get("iscrowd", 0))),
    }


def _all_good(results: list[Any], images: set[Any]) -> bool:
    """Whether all are good, at once: one by one takes longer than the evaluation."""
    try:
        # Without a type of our choice, which texts of digits would be turned into.
        boxes = np.array([result["bbox"] for result in results])
        scores = np.array([result["score"] for result in results])
        are_known = all(result["image_id"] in images for result in results)
        are_named = all("category_id" in result for result in results)
    except (KeyError, TypeError, ValueError):
        return False
    has_shape = boxes.shape == (len(results), 4) and scores.shape == (len(results),)
    if not has_shape or boxes.dtype.kind not in "if" or scores.dtype.kind not in "if":
        return False
    is_finite = bool(np.isfinite(boxes).all() and np.isfinite(scores).all())
    return is_finite and are_known and are_named


def _check_result(result: Any, images: set[Any]) -> None:
    missing = [key for key in _RESULT_KEYS if key not in result]
    if missing:
        raise ValueError(f"it has no {missing[0]}")
    _check_box(result["bbox"])
    if result["image_id"] not in images:
        raise ValueError(f"the ground truth has no image {result['image_id']}")
    if not _is_number(result["score"]):
        raise ValueError("its score is not a number")


def _check_box(box: Any) -> None:
    if not isinstance(box, list) or len(box) != 4:
        raise ValueError("its bbox is not [x, y, width, height]")
    if not all(_is_number(value) for value in box):
        raise ValueError("its bbox has something else than numbers")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and bool(np.isfinite(value))


def _read_json(path: Path, code: str) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise EvaluationError(code, f"{path.name} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise EvaluationError(code, f"{path.name} is not JSON: {error}.") from error
