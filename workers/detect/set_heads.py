"""Detectors that give a set of boxes, each object once: DETR, RT-DETR, D-FINE and their kin."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.detect.boxes import cxcywh_to_xyxy
from workers.detect.heads import Candidates, Output
from workers.detect.inputs import Fitting, InputFormat

Tensor = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class QueryHead:
    """Logits (Q, C) and boxes (Q, 4) as `cx, cy, w, h` in shares of the input; see `Head`.

    Attributes:
        class_count: how many classes there are.
        width: of the input, in pixels.
        height: of the input, in pixels.
        has_no_object: whether a last column stands for "no object", as in DETR and YOLOS: scores
            are a softmax then, and each query has its best class. Without it scores are sigmoids,
            as in RT-DETR and D-FINE, and a query can stand for several classes.
        logits: which of the outputs has the logits.
        boxes: which of the outputs has the boxes.
    """

    class_count: int
    width: int
    height: int
    has_no_object: bool
    logits: int = 0
    boxes: int = 1
    nms_iou: float = 1.0

    def input_format(self, width: int, height: int) -> InputFormat:
        """Return RGB from 0 to 1, stretched."""
        return InputFormat(width, height, Fitting.STRETCHED)

    def candidates(self, outputs: Sequence[Output], threshold: float) -> Candidates:
        """Read logits and boxes of one picture."""
        logits = np.asarray(outputs[self.logits], np.float32)
        boxes = np.asarray(outputs[self.boxes], np.float32)
        if self.has_no_object:
            shares = softmax(logits)[:, :-1]
            best = shares.argmax(axis=1)
            scores = shares[np.arange(len(shares)), best]
            rows = np.flatnonzero(scores >= threshold)
            class_ids, scores = best[rows], scores[rows]
        else:
            by_class = sigmoid(logits)
            rows, class_ids = np.nonzero(by_class >= threshold)
            scores = by_class[rows, class_ids]
        pixels = boxes[rows] * np.array([self.width, self.height] * 2, np.float32)
        return Candidates(cxcywh_to_xyxy(pixels), scores, class_ids.astype(np.int64))


@dataclass(frozen=True, slots=True)
class FinishedHead:
    """Labels (Q,), boxes (Q, 4) xyxy in pixels and scores (Q,), as D-FINE's and RT-DETR's own
    exports give them; see `Head`.

    Such a model takes the sizes of the pictures too, and is told that of its input.
    """

    labels: int
    boxes: int
    scores: int
    class_count: int | None = None
    nms_iou: float = 1.0

    def input_format(self, width: int, height: int) -> InputFormat:
        """Return RGB from 0 to 1, stretched."""
        return InputFormat(width, height, Fitting.STRETCHED)

    def candidates(self, outputs: Sequence[Output], threshold: float) -> Candidates:
        """Read labels, boxes and scores of one picture."""
        scores = np.asarray(outputs[self.scores], np.float32)
        rows = np.flatnonzero(scores >= threshold)
        return Candidates(
            np.asarray(outputs[self.boxes], np.float32)[rows],
            scores[rows],
            np.asarray(outputs[self.labels]).astype(np.int64)[rows],
        )


def recognise_set(
    outputs: Sequence[Output], *, height: int, width: int, class_count: int | None
) -> QueryHead | FinishedHead | None:
    """Return how to read the outputs for a batch of one, or None if they are none of these.

    Logits with one column more than there are names have a "no object".
    """
    if any(output.ndim < 2 or output.shape[0] != 1 for output in outputs):
        return None
    shapes = [output.shape[1:] for output in outputs]
    boxes = [number for number, shape in enumerate(shapes) if len(shape) == 2 and shape[1] == 4]
    if len(outputs) == 3 and len(boxes) == 1:
        flat = [number for number in range(3) if number != boxes[0]]
        labels = [number for number in flat if outputs[number].dtype.kind in "iu"]
        if len(labels) == 1 and all(shapes[number] == shapes[boxes[0]][:1] for number in flat):
            scores = next(number for number in flat if number != labels[0])
            return FinishedHead(labels[0], boxes[0], scores)
    if len(outputs) < 2 or any(len(shape) != 2 for shape in shapes[:2]):
        return None
    # transformers gives logits first; with four columns both could be either.
    order = (0, 1) if shapes[1][1] == 4 else (1, 0)
    logits, box = order
    if shapes[box][1] != 4 or shapes[logits][0] != shapes[box][0]:
        return None
    columns = shapes[logits][1]
    has_no_object = class_count is not None and columns == class_count + 1
    return QueryHead(
        columns - int(has_no_object), width, height, has_no_object, logits=logits, boxes=box
    )


def sigmoid(logits: Tensor) -> Tensor:
    """Return `1 / (1 + exp(-logits))` without overflow."""
    # From 89 on exp overflows float32.
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -87, 87))), np.float32)


def softmax(logits: Tensor) -> Tensor:
    """Return shares along the last axis that sum to one."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
