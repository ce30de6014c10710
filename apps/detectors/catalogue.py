"""Well-known detectors under permissive licences, by name: where they are, and what they must be.

A SHA-256 stands here only where it is known of the published file; where it is not, whoever imports
the detector gives the one that they trust.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# The 80 classes of COCO as detectors number them.
COCO_CLASSES = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant",
    "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
    "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)  # fmt: skip
_FILE = Path(__file__).with_name("catalogue.json")


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    filename: str
    url: str
    size_bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A detector that can be downloaded; `classes` is None where its files name them."""

    name: str
    title: str
    kind: str
    version: str
    licence: str
    origin: str
    classes: tuple[str, ...] | None
    metrics: dict[str, float]
    files: tuple[CatalogueFile, ...]


@cache
def catalogue() -> tuple[CatalogueEntry, ...]:
    return tuple(_entry(facts) for facts in json.loads(_FILE.read_text(encoding="utf-8")))


def _entry(facts: dict[str, Any]) -> CatalogueEntry:
    classes = COCO_CLASSES if facts.pop("classes") == "coco" else None
    files = tuple(CatalogueFile(**file) for file in facts.pop("files"))
    return CatalogueEntry(classes=classes, files=files, **facts)
