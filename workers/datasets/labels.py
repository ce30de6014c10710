"""The labels of one picture."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers.labels import known_as

# Of the coordinates that are kept: a hundredth of a pixel.
DECIMALS = 2
# What the shares of YOLO, to six decimals, and the hundredths make of a coordinate at most.
ROUNDING_PX = 0.05


@dataclass(frozen=True, slots=True)
class Box:
    """A labelled object.

    Attributes:
        xyxy: left, top, right, bottom in absolute pixels of the upright picture.
    """

    label: str
    xyxy: tuple[float, float, float, float]

    @property
    def width(self) -> float:
        """Pixels; negative when left and right are swapped."""
        return self.xyxy[2] - self.xyxy[0]

    @property
    def height(self) -> float:
        """Pixels; negative when top and bottom are swapped."""
        return self.xyxy[3] - self.xyxy[1]

    @property
    def area(self) -> float:
        """Square pixels; zero for a box that is turned inside out."""
        return max(0.0, self.width) * max(0.0, self.height)

    def cut(self, width: float, height: float) -> "Box":
        """Return what of the box lies in a picture of that size, as it would be kept.

        It may have no area, also because the box is thinner than can be kept.
        """
        left, top, right, bottom = self.xyxy
        return Box(
            self.label,
            (
                round(min(max(left, 0.0), width), DECIMALS),
                round(min(max(top, 0.0), height), DECIMALS),
                round(min(max(right, 0.0), width), DECIMALS),
                round(min(max(bottom, 0.0), height), DECIMALS),
            ),
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Box":
        """Read `{"label", "box": [x1, y1, x2, y2]}`."""
        left, top, right, bottom = (float(value) for value in data["box"])
        return cls(str(data["label"]), (left, top, right, bottom))

    def to_json(self) -> dict[str, Any]:
        """Return `{"label", "box"}`, coordinates to a hundredth of a pixel."""
        return {"label": self.label, "box": [round(value, DECIMALS) for value in self.xyxy]}


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """A picture of a dataset as files of exchange know it.

    Attributes:
        name: its file name, without folders.
        split: `train`, `val`, `test` or empty.
        boxes: in any order; an empty sequence says that somebody looked and found nothing.
    """

    name: str
    width: int
    height: int
    split: str
    boxes: Sequence[Box]


def boxes_of_classes(
    labels: Sequence[str], boxes: Iterable[Sequence[float]], classes: Sequence[str]
) -> list[Box]:
    """Return what a detector found under the names of classes; what is none of them is left out.

    Args:
        labels: one for each of the boxes.
        boxes: x1, y1, x2, y2 in absolute pixels.
    """
    named = ((known_as(label, classes), box) for label, box in zip(labels, boxes, strict=True))
    return [
        Box(name, (float(x1), float(y1), float(x2), float(y2)))
        for name, (x1, y1, x2, y2) in named
        if name is not None
    ]


def iou(one: Box, other: Box) -> float:
    """Return the intersection over the union of two boxes, 0 where they do not touch."""
    width = min(one.xyxy[2], other.xyxy[2]) - max(one.xyxy[0], other.xyxy[0])
    height = min(one.xyxy[3], other.xyxy[3]) - max(one.xyxy[1], other.xyxy[1])
    if width <= 0.0 or height <= 0.0:
        return 0.0
    shared = width * height
    return shared / (one.area + other.area - shared)


def are_same_boxes(some: Sequence[Box], others: Sequence[Box]) -> bool:
    """Whether they differ in nothing but rounding; in the same order."""
    return len(some) == len(others) and all(
        one.label == other.label
        and all(abs(a - b) <= ROUNDING_PX for a, b in zip(one.xyxy, other.xyxy, strict=True))
        for one, other in zip(some, others, strict=True)
    )


def boxes_digest(boxes: Sequence[Box]) -> str:
    """Return the SHA-256 of boxes as they are kept, 64 digits of hex; by it changes are seen."""
    text = json.dumps([box.to_json() for box in boxes], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
