"""Boxes of many pictures as columns."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Truths:
    """What there is to find.

    Attributes:
        image_ids: (I,) the pictures, sorted.
        category_ids: the K classes, sorted.
        names: the K names of the classes.
        images: (G,) int64, rows of `image_ids`.
        categories: (G,) int64, rows of `category_ids`.
        boxes: (G, 4) float64, `x, y, width, height` in pixels.
        areas: (G,) float64, in square pixels, as the ground truth says.
        are_crowds: (G,) bool, whether it is a group that is neither to be found nor wrong to find.
    """

    image_ids: tuple[Any, ...]
    category_ids: tuple[Any, ...]
    names: tuple[str, ...]
    images: Ints
    categories: Ints
    boxes: Floats
    areas: Floats
    are_crowds: Bools

    @classmethod
    def of(cls, truth: dict[str, Any]) -> Self:
        """Take checked COCO ground truth; in the order of its annotations."""
        image_rows = _rows({image["id"] for image in truth["images"]})
        names = {category["id"]: category["name"] for category in truth["categories"]}
        category_rows = _rows(set(names))
        annotations = truth["annotations"]
        return cls(
            image_ids=tuple(image_rows),
            category_ids=tuple(category_rows),
            names=tuple(names[id] for id in category_rows),
            images=_ints(image_rows[one["image_id"]] for one in annotations),
            categories=_ints(category_rows[one["category_id"]] for one in annotations),
            boxes=np.array([one["bbox"] for one in annotations], np.float64).reshape(-1, 4),
            areas=np.array([one["area"] for one in annotations], np.float64),
            are_crowds=np.array([one["iscrowd"] for one in annotations], np.bool_),
        )

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found.

    Attributes:
        images: (D,) int64, rows of `Truths.image_ids`.
        categories: (D,) int64, rows of `Truths.category_ids`.
        boxes: (D, 4) float64, `x, y, width, height` in pixels.
        scores: (D,) float64.
    """

    images: Ints
    categories: Ints
    boxes: Floats
    scores: Floats

    @classmethod
    def of(cls, results: list[dict[str, Any]], truths: Truths) -> Self:
        """Take checked COCO results, without those of classes that the ground truth has not."""
        image_rows = {id: row for row, id in enumerate(truths.image_ids)}
        category_rows = {id: row for row, id in enumerate(truths.category_ids)}
        known = [one for one in results if one["category_id"] in category_rows]
        return cls(
            images=_ints(image_rows[one["image_id"]] for one in known),
            categories=_ints(category_rows[one["category_id"]] for one in known),
            boxes=np.array([one["bbox"] for one in known], np.float64).reshape(-1, 4),
            scores=np.array([one["score"] for one in known], np.float64),
        )

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: Ints) -> "Found":
        """Return some of them."""
        return Found(self.images[rows], self.categories[rows], self.boxes[rows], self.scores[rows])


def overlaps(found: Floats, truths: Floats, are_crowds: Bools) -> Floats:
    """Return the overlap of each found box with the true one of the same row.

    Args:
        found: (P, 4) float64, `x, y, width, height`.
        truths: (P, 4) float64, likewise.
        are_crowds: (P,) bool; for a crowd the share of the found box that it covers counts.

    Returns:
        (P,) float64, intersection over union, to the last bit as pycocotools' `bbIou`.
    """
    width = np.minimum(found[:, 2] + found[:, 0], truths[:, 2] + truths[:, 0])
    width = width - np.maximum(found[:, 0], truths[:, 0])
    height = np.minimum(found[:, 3] + found[:, 1], truths[:, 3] + truths[:, 1])
    height = height - np.maximum(found[:, 1], truths[:, 1])
    inner = width * height
    area = found[:, 2] * found[:, 3]
    union = np.where(are_crowds, area, area + truths[:, 2] * truths[:, 3] - inner)
    meets = (width > 0) & (height > 0)
    result: Floats = np.divide(inner, union, out=np.zeros(len(found)), where=meets)
    return result


def _rows(ids: set[Any]) -> dict[Any, int]:
    return {id: row for row, id in enumerate(sorted(ids))}


def _ints(values: Any) -> Ints:
    return np.fromiter(values, np.int64)
