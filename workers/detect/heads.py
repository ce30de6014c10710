"""The output layouts of ONNX detectors, and how to read them."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from workers.detect.boxes import cxcywh_to_xyxy
from workers.errors import DetectorError

_STRIDES = (8, 16, 32)


class Layout(Enum):
    """Which family of detectors a model belongs to."""

    YOLOX = "yolox"
    YOLOV8 = "yolov8"


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Boxes that score well enough, before suppression.

    Attributes:
        boxes: (N, 4) float32, xyxy, pixels of the model's input.
        scores: (N,) float32.
        class_ids: (N,) int64.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """How to read the first output of a model.

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

    def candidates(self, output: NDArray[np.float32], threshold: float) -> Candidates:
        """Read the output for one picture: (A, 5 + C) for YOLOX, (4 + C, A) for YOLOv8."""
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


def recognise_head(outputs: Sequence[NDArray[np.generic]], height: int, width: int) -> Head:
    """Tell from the outputs for one picture what kind of model gave them.

    Args:
        outputs: what the model returned for a batch of one.
        height: of its input.
        width: of its input.

    Raises:
        DetectorError: `detector_outputs_unknown`.
    """
    grid = _make_grid(height, width)
    anchors = len(grid)
    first = outputs[0] if outputs else np.empty(0)
    if first.ndim == 3 and first.shape[0] == 1 and first.dtype == np.float32:
        _, rows, columns = first.shape
        if rows == anchors and columns >= 6:
            boxes = first[0, :, :4].astype(np.float32)
            return Head(Layout.YOLOX, columns - 5, None if _is_in_pixels(boxes, width) else grid)
        if columns == anchors and rows >= 5:
            return Head(Layout.YOLOV8, rows - 4, None)
    raise DetectorError(
        "detector_outputs_unknown",
        f"The model gives {[tuple(output.shape) for output in outputs]}; expected one output of "
        f"(1, {anchors}, 5 + classes) as YOLOX or (1, 4 + classes, {anchors}) as YOLOv8.",
    )


def class_names_in(metadata: dict[str, str]) -> tuple[str, ...] | None:
    """Return the class names that YOLOv8-style exports carry in their metadata, or None."""
    try:
        names = ast.literal_eval(metadata.get("names", ""))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(names, dict):
        names = [names.get(i) for i in range(len(names))]
    if isinstance(names, list) and names and all(isinstance(name, str) for name in names):
        return tuple(names)
    return None


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
