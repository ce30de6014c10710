"""The lines of a YOLO label file, both ways."""

from collections.abc import Sequence
from math import isfinite

from workers.datasets.coco import DatasetFileError
from workers.datasets.labels import Box


def to_yolo(boxes: Sequence[Box], classes: Sequence[str], *, width: int, height: int) -> str:
    """Return `class x y w h` for each box: its centre and size as shares of the picture."""
    numbers = {name: number for number, name in enumerate(classes)}
    lines = []
    for box in boxes:
        left, top, right, bottom = box.xyxy
        shares = (
            (left + right) / 2.0 / width,
            (top + bottom) / 2.0 / height,
            box.width / width,
            box.height / height,
        )
        lines.append(" ".join([str(numbers[box.label]), *(f"{share:.6f}" for share in shares)]))
    return "".join(f"{line}\n" for line in lines)


def from_yolo(
    text: str, classes: Sequence[str], *, width: int, height: int, where: str
) -> list[Box]:
    """Read a label file of a picture of that size.

    Raises:
        DatasetFileError: `yolo_invalid`, with the file and the line that is wrong.
    """
    boxes = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            boxes.append(_box(line.split(), classes, width, height, f"{where}, line {number}"))
    return boxes


def _box(words: list[str], classes: Sequence[str], width: int, height: int, where: str) -> Box:
    try:
        index = int(words[0])
        x, y, w, h = (float(word) for word in words[1:])
    except ValueError:
        message = f"{where}: expected “class x y w h”."
        raise DatasetFileError("yolo_invalid", message) from None
    if not 0 <= index < len(classes):
        raise DatasetFileError("yolo_invalid", f"{where}: there is no class {index}.")
    if not all(isfinite(value) and -1.0 <= value <= 2.0 for value in (x, y, w, h)):
        raise DatasetFileError("yolo_invalid", f"{where}: numbers are shares of the picture.")
    left, top = (x - w / 2.0) * width, (y - h / 2.0) * height
    return Box(classes[index], (left, top, left + w * width, top + h * height))
