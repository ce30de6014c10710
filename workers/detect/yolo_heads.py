"""Detectors with a box for each anchor: YOLOX and YOLOv8."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from workers.detect.boxes import cxcywh_to_xyxy
from workers.detect.heads import Candidates, Output
from workers.detect.inputs import Fitting, InputFormat

_STRIDES = (8, 16, 32)


class Layout(Enum):
    """Which family of detectors a model belongs to."""

    YOLOX = "yolox"
    YOLOV8 = "yolov8"


@dataclass(frozen=True, slots=True, eq=False)
class AnchorHead:
    """How to read the first output of a model; see `Head`.

    Attributes:
        layout: YOLOX has rows `(cx, cy, w, h, objectness, classes...)`, YOLOv8 has columns
            `(cx, cy, w, h, classes...)`.
        class_count: how many classes there are.
        grid: None where the model gives pixels; else (A, 3) float32 of `x, y, stride` for each
            anchor of a YOLOX model exported without its decoder.
    """

    layout: Layout
    class_count: int
    grid: NDArray[np.float32] | None
    nms_iou: float = 0.45

    def input_format(self, width: int, height: int) -> InputFormat:
        """Return how the authors of each family put pictures in."""
        if self.layout is Layout.YOLOX:
            return InputFormat(width, height, Fitting.TOP_LEFT, is_bgr=True, is_unit=False)
        return InputFormat(width, height, Fitting.CENTRED)

    def candidates(self, outputs: Sequence[Output], threshold: float) -> Candidates:
        """Read the output for one picture: (A, 5 + C) for YOLOX, (4 + C, A) for YOLOv8."""
        output = np.asarray(outputs[0], np.float32)
        if self.layout is Layout.YOLOX:
            # A class score is at most the objectness, so most rows need not be read at all.
            rows = np.flatnonzero(output[:, 4] >= threshold)
            output = output[rows]
            by_class = output[:, 4:5] * output[:, 5:]
        else:
            rows = np.flatnonzero(output[4:].max(axis=0) >= threshold)
            output = output[:, rows].T
            by_class = output[:, 4:]
        class_ids = by_class.argmax(axis=1) if len(rows) else np.empty(0, np.int64)
        scores = by_class[np.arange(len(rows)), class_ids]
        good = scores >= threshold
        boxes = output[good, :4]
        if self.grid is not None:
            boxes = _decode(boxes, self.grid[rows[good]])
        return Candidates(cxcywh_to_xyxy(boxes), scores[good], class_ids[good])


def recognise_anchors(
    outputs: Sequence[Output], *, height: int, width: int, class_count: int | None
) -> AnchorHead | None:
    """Return how to read the outputs for a batch of one, or None if they are none of these."""
    first = outputs[0] if outputs else np.empty(0)
    if first.ndim != 3 or first.shape[0] != 1 or first.dtype != np.float32:
        return None
    grid = _make_grid(height, width)
    anchors = len(grid)
    _, rows, columns = first.shape
    if rows == anchors and columns >= 6:
        boxes = first[0, :, :4].astype(np.float32)
        return AnchorHead(Layout.YOLOX, columns - 5, None if _is_in_pixels(boxes, width) else grid)
    if columns == anchors and rows >= 5:
        return AnchorHead(Layout.YOLOV8, rows - 4, None)
    return None


def anchor_count(height: int, width: int) -> int:
    """Return how many boxes models of these families give for an input of this size."""
    return sum((height // stride) * (width // stride) for stride in _STRIDES)


def _make_grid(height: int, width: int) -> NDArray[np.float32]:
    parts = []
    for stride in _STRIDES:
        y, x = np.mgrid[: height // stride, : width // stride].reshape(2, -1)
        parts.append(np.stack([x, y, np.full_like(x, stride)], axis=1))
    return np.concatenate(parts).astype(np.float32)


def _is_in_pixels(boxes: NDArray[np.float32], width: int) -> bool:
    # Undecoded, centres are offsets from their grid cell and sizes are logarithms: small numbers
    # of both signs. Decoded, centres spread over the whole input and sizes are positive.
    return bool(boxes[:, 0].max() > width / 2 and boxes[:, 2:].min() >= 0)


def _decode(boxes: NDArray[np.float32], grid: NDArray[np.float32]) -> NDArray[np.float32]:
    stride = grid[:, 2:]
    # A hostile model must not overflow; no real box is e^20 cells wide.
    size = np.exp(np.minimum(boxes[:, 2:], 20)) * stride
    return np.concatenate([(boxes[:, :2] + grid[:, :2]) * stride, size], axis=1)
