"""The score from which on a detection is best believed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.detect.spec import DEFAULT_SCORE_THRESHOLD
from workers.training.data import Example

_MATCH_IOU = 0.5


def recommended_threshold(results: Sequence[dict[str, Any]], examples: Sequence[Example]) -> float:
    """Return the score that gives the highest F1 over all classes, at an overlap of 0.5.

    Args:
        results: COCO results as `predict` gives them for the examples.
    """
    found: dict[tuple[int, int], list[tuple[float, list[float]]]] = defaultdict(list)
    for one in results:
        found[one["image_id"], one["category_id"]].append((one["score"], one["bbox"]))
    scores: list[float] = []
    hits: list[bool] = []
    for (image_id, category_id), boxes in found.items():
        example = examples[image_id - 1]
        truth = example.boxes[example.labels == category_id - 1]
        boxes.sort(key=lambda one: -one[0])
        scores += [score for score, _ in boxes]
        hits += _hits(np.array([box for _, box in boxes]), truth)
    total = sum(len(example.labels) for example in examples)
    if not total or not any(hits):
        return DEFAULT_SCORE_THRESHOLD
    order = np.argsort(-np.array(scores), kind="stable")
    right = np.cumsum(np.array(hits)[order])
    # F1 = 2 right / (said + there)
    f1 = 2 * right / (np.arange(1, len(order) + 1) + total)
    best = int(np.argmax(f1))
    # Half-way to the next score, so that rounding does not drop the one that was meant.
    next_score = scores[order[best + 1]] if best + 1 < len(order) else 0.0
    return round(float(scores[order[best]] + next_score) / 2, 3)


def _hits(boxes: NDArray[np.float64], truth: NDArray[np.float32]) -> list[bool]:
    """Whether each of (N, 4) xywh boxes, best first, finds a box of (M, 4) xyxy of its own."""
    low = np.maximum(boxes[:, None, :2], truth[None, :, :2])
    high = np.minimum(boxes[:, None, :2] + boxes[:, None, 2:], truth[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = np.prod(boxes[:, 2:], axis=1)[:, None] + np.prod(truth[:, 2:] - truth[:, :2], axis=1)
    overlaps = shared / np.maximum(areas - shared, 1e-9)
    hits = []
    for row in overlaps:
        best = int(row.argmax()) if row.size else 0
        is_hit = row.size > 0 and row[best] >= _MATCH_IOU
        if is_hit:
            overlaps[:, best] = 0.0  # taken
        hits.append(bool(is_hit))
    return hits
