"""What a detector takes and gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """What was found in one picture.

    Attributes:
        boxes: (N, 4) float32, xyxy, absolute pixels of the upright picture.
        scores: (N,) float32 in [0, 1].
        labels: N names.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        count = len(self.labels)
        if self.boxes.shape != (count, 4) or self.scores.shape != (count,):
            raise ValueError(
                f"expected boxes ({count}, 4) and scores ({count},) for {count} labels, "
                f"got {self.boxes.shape} and {self.scores.shape}"
            )
        if self.boxes.dtype != np.float32 or self.scores.dtype != np.float32:
            raise ValueError(
                f"expected float32, got {self.boxes.dtype} boxes and {self.scores.dtype} scores"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Detections(boxes={self.boxes.shape}, labels={sorted(set(self.labels))})"

    @classmethod
    def empty(cls) -> Self:
        """Return the detections of a picture in which nothing was found."""
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32), ())


class Detector(Protocol):
    """Finds objects in pictures.

    `detect` may be called by `streams` threads at a time; more would only wait.

    Attributes:
        name: what the person who registered it calls it.
        kind: its key in `workers.detect.registry.DETECTORS`.
        digest: SHA-256 in hex of what decides its results (the weights).
        classes: every label that it can give.
        backend: what computes it on this machine.
        input_size: width and height of the model's input in pixels, or None if it takes any.
        score_threshold: what scores less is dropped.
        nms_iou: the greatest overlap of two boxes of one class that both stay.
        batch_size: how many pictures one call works best on.
        streams: how many calls at a time keep the device busy.
        uses_cpu: whether those calls keep the CPU's cores busy.
    """

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def backend(self) -> str: ...
    @property
    def input_size(self) -> tuple[int, int] | None: ...
    @property
    def score_threshold(self) -> float: ...
    @property
    def nms_iou(self) -> float: ...
    @property
    def batch_size(self) -> int: ...
    @property
    def streams(self) -> int: ...
    @property
    def uses_cpu(self) -> bool: ...

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Find the objects in each of the pictures.

        Args:
            images: (H, W, 3) uint8 RGB each, of any sizes.

        Returns:
            One entry for each picture, best scores first.
        """
        ...
