"""Labelled pictures to train on, checked before the first step."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.datasets.coco import from_coco
from workers.datasets.labels import LabelledImage
from workers.device import cpu_count
from workers.errors import MediaError, WorkerError
from workers.media.images import read_image
from workers.training.ahead import map_ahead
from workers.training.augment import Sample
from workers.training.errors import TrainingError

_CHECKED_AHEAD = 64


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A picture on the disk with its boxes.

    Attributes:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        boxes: (N, 4) float32, xyxy, absolute pixels of the upright picture, all within it.
        labels: (N,) int64, numbers of classes.
    """

    path: Path
    width: int
    height: int
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]

    def load(self) -> Sample:
        """Read the picture.

        Raises:
            TrainingError: `image_corrupt`, with its name, or when it is not as it was labelled.
        """
        try:
            image = read_image(self.path)
        except MediaError as error:
            raise TrainingError("image_corrupt", f"{self.path.name}: {error.message}") from error
        if image.shape[:2] != (self.height, self.width):
            raise TrainingError(
                "image_corrupt",
                f"{self.path.name} has {image.shape[1]}x{image.shape[0]} pixels, its labels are "
                f"for {self.width}x{self.height}.",
            )
        return Sample(image, self.boxes, self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSet:
    """What a detector learns from, and what it is judged on meanwhile.

    Attributes:
        labels: the classes, in the order of the model's outputs.
        train: to learn from.
        val: to judge on; may be empty.
    """

    labels: tuple[str, ...]
    train: tuple[Example, ...]
    val: tuple[Example, ...]

    def __post_init__(self) -> None:
        """Refuse what nothing can be learned from.

        Raises:
            TrainingError: `training_set_empty` or `class_empty`.
        """
        counts = Counter(label for one in self.train for label in one.labels.tolist())
        if not counts:
            raise TrainingError("training_set_empty", "No picture to train on has a box.")
        empty = [label for number, label in enumerate(self.labels) if not counts[number]]
        if empty:
            raise TrainingError(
                "class_empty",
                f"There is no box to train on of {', '.join(empty)}: label some, or leave the "
                "class out.",
            )

    def check(self, on_progress: Callable[[float], None] = lambda _: None) -> str:
        """Read every picture once.

        Args:
            on_progress: called with the share that is done, 0-1; what it raises ends the check.

        Returns:
            SHA-256 in hex of the labels, the boxes and the bytes of the pictures.

        Raises:
            TrainingError: `image_corrupt`, with the picture.
        """
        digest = hashlib.sha256(json.dumps(self.labels).encode())
        examples = [*self.train, *self.val]
        digest.update(f"{len(self.train)} {len(self.val)}".encode())
        parts = map_ahead(_digest_of, examples, threads=cpu_count(), ahead=_CHECKED_AHEAD)
        for number, part in enumerate(parts, start=1):
            digest.update(part)
            on_progress(number / len(examples))
        return digest.hexdigest()

    @classmethod
    def read(
        cls,
        coco: Path,
        images: Path,
        *,
        val: Path | None = None,
        labels: Sequence[str] | None = None,
    ) -> "TrainingSet":
        """Read COCO files.

        Args:
            coco: boxes; its pictures may say `"split"`: `train` (or nothing), `val` or `test`.
            images: the folder of the pictures.
            val: boxes of the pictures to judge on, in the same folder.
            labels: the classes to learn; None for all that the file names.

        Raises:
            TrainingError: `labels_unreadable`, `class_unknown`, `image_missing`, `box_outside`,
                `training_set_empty` or `class_empty`, with what is wrong where.
        """
        data = _read_json(coco)
        names = _class_names(data, coco)
        chosen = tuple(names if labels is None else labels)
        unknown = [label for label in chosen if label not in names]
        if unknown or not chosen:
            raise TrainingError(
                "class_unknown", f"{coco.name} has no class {', '.join(unknown) or 'at all'}."
            )
        pictures = _pictures(data, coco)
        judged = [one for one in pictures if one.split == "val"]
        if val is not None:
            judged = _pictures(_read_json(val), val)
        return cls(
            chosen,
            tuple(_example(one, images, chosen) for one in pictures if _is_to_learn(one)),
            tuple(_example(one, images, chosen) for one in judged),
        )


def _is_to_learn(picture: LabelledImage) -> bool:
    return picture.split not in ("val", "test")


def _example(picture: LabelledImage, folder: Path, labels: tuple[str, ...]) -> Example:
    path = folder / picture.name
    if not path.is_file():
        raise TrainingError("image_missing", f"There is no picture {picture.name} in the folder.")
    kept = [box for box in picture.boxes if box.label in labels]
    boxes = []
    for box in kept:
        inside = box.cut(picture.width, picture.height)
        if inside.area <= 0.0:
            raise TrainingError(
                "box_outside", f"{picture.name}: a box of {box.label} has no area in the picture."
            )
        boxes.append(inside.xyxy)
    return Example(
        path,
        picture.width,
        picture.height,
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array([labels.index(box.label) for box in kept], np.int64),
    )


def _digest_of(example: Example) -> bytes:
    example.load()
    digest = hashlib.sha256(example.path.read_bytes())
    digest.update(example.boxes.tobytes())
    digest.update(example.labels.tobytes())
    return digest.digest()


def _pictures(data: dict[str, Any], path: Path) -> list[LabelledImage]:
    try:
        return from_coco(data)
    except WorkerError as error:
        raise TrainingError("labels_unreadable", f"{path.name}: {error.message}") from error


def _class_names(data: dict[str, Any], path: Path) -> list[str]:
    categories = data.get("categories")
    if not isinstance(categories, list) or not all(isinstance(one, dict) for one in categories):
        raise TrainingError("labels_unreadable", f"{path.name} is not COCO: it has no categories.")
    return [str(one.get("name", "")) for one in categories]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise TrainingError(
            "labels_unreadable", f"{path.name} cannot be read as JSON: {error}."
        ) from error
    if not isinstance(data, dict):
        raise TrainingError("labels_unreadable", f"{path.name} is not a COCO object.")
    return data
