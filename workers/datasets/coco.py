"""COCO files of a dataset, both ways."""

from collections.abc import Iterable, Sequence
from typing import Any

from workers.datasets.labels import Box, LabelledImage
from workers.errors import WorkerError


class DatasetFileError(WorkerError):
    """A file of labels that cannot be taken; the message names the place."""


def to_coco(images: Iterable[LabelledImage], classes: Sequence[str]) -> dict[str, Any]:
    """Return a COCO detection file; categories are numbered from 1 in the order of the classes."""
    numbers = {name: number for number, name in enumerate(classes, start=1)}
    pictures: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, image in enumerate(images, start=1):
        picture = {
            "id": image_id,
            "file_name": image.name,
            "width": image.width,
            "height": image.height,
        }
        pictures.append(picture | ({"split": image.split} if image.split else {}))
        for box in image.boxes:
            left, top, _, _ = box.xyxy
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": numbers[box.label],
                    "bbox": [round(value, 2) for value in (left, top, box.width, box.height)],
                    "area": round(box.area, 2),
                    "iscrowd": 0,
                }
            )
    return {
        "images": pictures,
        "annotations": annotations,
        "categories": [{"id": number, "name": name} for name, number in numbers.items()],
    }


def from_coco(data: object) -> list[LabelledImage]:
    """Read a COCO detection file; folders in file names are dropped, crowds left out.

    Raises:
        DatasetFileError: `coco_invalid`, with the entry that is wrong.
    """
    if not isinstance(data, dict):
        raise DatasetFileError("coco_invalid", "The file is not a COCO object.")
    categories = _entries_by_id(data, "categories")
    names = {number: str(entry.get("name", "")) for number, entry in categories.items()}
    pictures = _entries_by_id(data, "images")
    boxes: dict[int, list[Box]] = {number: [] for number in pictures}
    for number, entry in enumerate(_entries(data, "annotations")):
        where = f"annotations[{number}]"
        image_id = _whole(entry.get("image_id"), where)
        category = _whole(entry.get("category_id"), where)
        if image_id not in boxes or category not in names:
            unknown = "image" if image_id not in boxes else "category"
            raise DatasetFileError("coco_invalid", f"{where}: there is no such {unknown}.")
        if not entry.get("iscrowd"):
            boxes[image_id].append(Box(names[category], _xyxy(entry.get("bbox"), where)))
    return [
        LabelledImage(
            name=str(entry.get("file_name", "")).replace("\\", "/").rsplit("/", 1)[-1],
            width=_whole(entry.get("width", 0), "images"),
            height=_whole(entry.get("height", 0), "images"),
            split=str(entry.get("split", "")),
            boxes=boxes[number],
        )
        for number, entry in pictures.items()
    ]


def _entries(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = data.get(name)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DatasetFileError("coco_invalid", f"{name}: expected a list of objects.")
    return entries


def _entries_by_id(data: dict[str, Any], name: str) -> dict[int, dict[str, Any]]:
    by_id: dict[int, dict[str, Any]] = {}
    for entry in _entries(data, name):
        number = _whole(entry.get("id"), name)
        if number in by_id:
            raise DatasetFileError("coco_invalid", f"{name}: two entries have the id {number}.")
        by_id[number] = entry
    return by_id


def _whole(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise DatasetFileError("coco_invalid", f"{where}: expected a whole number.")
    return value


def _xyxy(value: object, where: str) -> tuple[float, float, float, float]:
    if not isinstance(value, list) or len(value) != 4:
        raise DatasetFileError("coco_invalid", f"{where}: bbox is not [x, y, width, height].")
    numbers = [float(one) for one in value if isinstance(one, int | float) and abs(one) < 1e6]
    if len(numbers) != 4:
        raise DatasetFileError("coco_invalid", f"{where}: bbox holds something else than numbers.")
    left, top, width, height = numbers
    return left, top, left + width, top + height
