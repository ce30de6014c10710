"""What the files of an archive say of its pictures: boxes and splits, as COCO or YOLO has them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from workers.datasets.coco import DatasetFileError, from_coco
from workers.datasets.labels import Box, LabelledImage
from workers.datasets.pictures import Picture
from workers.datasets.yolo import from_yolo

MAX_LABEL_BYTES = 256 * 2**20
# A line for each picture of an export, as `sha256sum` has them: what its boxes were then.
DIGESTS_FILE = "boxes.sha256"
# What a folder or a list of pictures is called, and the split that it is.
SPLIT_NAMES = {"train": "train", "val": "val", "valid": "val", "test": "test"}


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file of exchange says of a picture."""

    split: str
    boxes: list[Box]


def exported_digests(content: Path) -> dict[str, str]:
    """By the name of a picture's file: the digest of its boxes when it was exported from here."""
    digests = {}
    for file in sorted(content.rglob(DIGESTS_FILE)):
        for line in _text_of(file).splitlines():
            digest, _, name = line.partition("  ")
            digests[name] = digest
    return digests


def _no_labels(content: Path, pictures: list[Picture]) -> dict[str, Labels]:
    return {}


def _coco_labels(content: Path, pictures: list[Picture]) -> dict[str, Labels]:
    """By the path of the picture; those that the file does not name stay without labels."""
    files = sorted(content.rglob("*.json"))
    if len(files) != 1:
        raise DatasetFileError(
            "coco_invalid", f"Expected one JSON file in the archive, found {len(files)}."
        )
    by_name: dict[str, Picture] = {}
    for picture in pictures:
        name = picture.path.rpartition("/")[2]
        if name in by_name:
            raise DatasetFileError("coco_invalid", f"There are two pictures called {name}.")
        by_name[name] = picture
    labels = {}
    for image in from_coco(_json_of(files[0])):
        found = by_name.get(image.name)
        if found is None:
            raise DatasetFileError("coco_invalid", f"The picture {image.name} is missing.")
        _size_guard(image, found)
        split = image.split if image.split in ("train", "val", "test") else ""
        if found.path in labels:
            raise DatasetFileError("coco_invalid", f"The file names {image.name} twice.")
        labels[found.path] = Labels(split, list(image.boxes))
    return labels


def _size_guard(image: LabelledImage, picture: Picture) -> None:
    if (image.width, image.height) not in ((picture.width, picture.height), (0, 0)):
        raise DatasetFileError(
            "coco_invalid",
            f"{image.name} is {picture.width}x{picture.height}, its labels are for "
            f"{image.width}x{image.height}.",
        )


def _yolo_labels(content: Path, pictures: list[Picture]) -> dict[str, Labels]:
    """Text files by the name of their picture; `images` becomes `labels` in their path."""
    classes = _yolo_classes(content)
    splits = _yolo_splits(content)
    labels = {}
    for picture in pictures:
        stem = picture.path.rpartition(".")[0]
        candidates = (stem, f"/{stem}".replace("/images/", "/labels/", 1).lstrip("/"))
        for file in (content / f"{candidate}.txt" for candidate in candidates):
            if file.is_file():
                boxes = from_yolo(
                    _text_of(file),
                    classes,
                    width=picture.width,
                    height=picture.height,
                    where=file.relative_to(content).as_posix(),
                )
                split = splits.get(picture.path) or _split_of(picture.path)
                labels[picture.path] = Labels(split, boxes)
                break
    return labels


def _yolo_classes(content: Path) -> list[str]:
    for file in sorted(content.rglob("classes.txt")):
        return [line.strip() for line in _text_of(file).splitlines() if line.strip()]
    for file in sorted((*content.rglob("*.yaml"), *content.rglob("*.yml"))):
        try:
            names = yaml.safe_load(_text_of(file))["names"]
        except (yaml.YAMLError, KeyError, TypeError, ValueError, RecursionError):
            continue
        if isinstance(names, dict):
            names = _numbered(names, file.name)
        if isinstance(names, list):
            return [_plain(name, file.name) for name in names]
    raise DatasetFileError("yolo_invalid", "There is no classes.txt and no data.yaml with names.")


def _numbered(names: dict[Any, Any], where: str) -> list[Any]:
    """By the numbers that their keys are, also where they are written as text."""
    try:
        by_number = {int(_plain(key, where)): name for key, name in names.items()}
    except ValueError:
        by_number = {}
    if len(by_number) != len(names) or sorted(by_number) != list(range(len(names))):
        raise DatasetFileError("yolo_invalid", f"{where}: names are not numbered 0, 1, 2 …")
    return [by_number[number] for number in range(len(names))]


def _plain(value: Any, where: str) -> str:
    """As text. A list as text can be endless: a few aliases in YAML stand for millions of items."""
    if not isinstance(value, str | int | float):
        raise DatasetFileError("yolo_invalid", f"{where}: names must be plain text.")
    return str(value)


def _yolo_splits(content: Path) -> dict[str, str]:
    """By the path of the picture: what `train.txt`, `val.txt` and `test.txt` list, as ours do."""
    splits = {}
    for name, split in SPLIT_NAMES.items():
        for file in sorted(content.rglob(f"{name}.txt")):
            folder = file.parent.relative_to(content)
            for line in _text_of(file).splitlines():
                splits[PurePosixPath(folder, line.strip()).as_posix()] = split
    # One list of all pictures divides nothing.
    return splits if len(set(splits.values())) > 1 else {}


def _split_of(path: str) -> str:
    return next((SPLIT_NAMES[part] for part in path.split("/")[:-1] if part in SPLIT_NAMES), "")


def _json_of(file: Path) -> Any:
    try:
        return json.loads(_text_of(file))
    except (ValueError, RecursionError) as error:
        raise DatasetFileError("coco_invalid", f"{file.name} is not JSON: {error}") from error


def _text_of(file: Path) -> str:
    if file.stat().st_size > MAX_LABEL_BYTES:
        raise DatasetFileError("labels_too_large", f"{file.name} is too large.")
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetFileError("labels_invalid", f"{file.name} is not UTF-8 text.") from error


LABEL_READERS: dict[str, Callable[[Path, list[Picture]], dict[str, Labels]]] = {
    "coco": _coco_labels,
    "yolo": _yolo_labels,
    "pictures": _no_labels,
}
