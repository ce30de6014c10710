"""What models answer, and how that is read."""

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from workers.detect.inputs import InputFormat

LABELS_KEY = "cvd.labels"

Output = NDArray[np.generic]


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


class Head(Protocol):
    """How to read what a model gives for one picture.

    Attributes:
        class_count: how many classes there are, or None where the outputs do not tell.
        nms_iou: the greatest overlap of two boxes of one class that both stay; 1 for models that
            give each object once.
    """

    @property
    def class_count(self) -> int | None: ...
    @property
    def nms_iou(self) -> float: ...

    def input_format(self, width: int, height: int) -> InputFormat:
        """Return how models of this family want their pictures."""
        ...

    def candidates(self, outputs: Sequence[Output], threshold: float) -> Candidates:
        """Read the outputs for one picture, each without its first axis (the batch)."""
        ...


def class_names_in(metadata: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the class names that a file carries in its metadata, or None.

    Ours are a JSON list under `cvd.labels`; those of YOLOv8-style exports a Python literal under
    `names`.
    """
    try:
        if LABELS_KEY in metadata:
            names = json.loads(metadata[LABELS_KEY])
        else:
            names = ast.literal_eval(metadata.get("names", ""))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(names, dict):
        names = [names.get(i) for i in range(len(names))]
    if isinstance(names, list) and names and all(isinstance(name, str) for name in names):
        return tuple(names)
    return None
