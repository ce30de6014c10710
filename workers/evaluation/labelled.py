"""Labelled pictures to judge detectors on: checked once, picture by picture, and then frozen."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from workers.errors import EvaluationError, MediaError
from workers.media.images import read_image

# The one name under which the checked labels lie, beside the pictures.
LABELS_FILE = "labels.json"
# What the one JSON file is called once it has been checked, so that a second try finds it.
_SOURCE_FILE = "labels.source"
_CODE = "labels_unreadable"
_MAX_JSON_BYTES = 512 * 2**20
# Boxes drawn to the very edge stand out by rounding.
_EDGE_PX = 1.5


def freeze_labelled(
    folder: Path,
    *,
    label_map: Mapping[str, str],
    on_progress: Callable[[float], None] = lambda _: None,
) -> dict[str, Any]:
    """Check the one COCO file of a folder and every picture it names; write `labels.json`.

    The file itself becomes `labels.source`: a call that was interrupted can be repeated.

    Names of pictures may be paths in the folder, or names that occur once below it. Labels in
    `label_map` get their other name; categories that then have the same name become one.

    Returns:
        `{"digest", "images", "boxes", "classes": {label: boxes}}`; the digest (SHA-256) is of the
        labels and of the bytes of all pictures.

    Raises:
        EvaluationError: `labels_unreadable` with the picture or the annotation that is wrong.
    """
    source = _find_labels(folder)
    truth = _read_json(source)
    categories = _categories(truth, label_map)
    images = _images(truth, folder, source)
    annotations = _annotations(truth, images, categories)
    digest = hashlib.sha256()
    for number, image in enumerate(images.values()):
        digest.update(_check_picture(folder, image))
        on_progress((number + 1) / len(images))
    frozen = {
        "images": list(images.values()),
        "annotations": annotations,
        "categories": [{"id": id, "name": name} for name, id in sorted(_ids(categories).items())],
    }
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True)
    digest.update(text.encode())
    source.replace(source.with_name(_SOURCE_FILE))
    part = folder / f"{LABELS_FILE}.part"
    part.write_text(text, encoding="utf-8")
    part.replace(folder / LABELS_FILE)
    names = {id: name for name, id in _ids(categories).items()}
    counts = Counter(names[annotation["category_id"]] for annotation in annotations)
    return {
        "digest": digest.hexdigest(),
        "images": len(images),
        "boxes": len(annotations),
        "classes": {name: counts[name] for name in sorted(_ids(categories))},
    }


def _find_labels(folder: Path) -> Path:
    kept = next(folder.rglob(_SOURCE_FILE), None)
    if kept is not None:
        return kept
    found = [file for file in sorted(folder.rglob("*.json")) if file.is_file()]
    if len(found) != 1:
        raise EvaluationError(_CODE, f"Expected one JSON file with the labels, found {len(found)}.")
    return found[0]


def _read_json(source: Path) -> dict[str, Any]:
    try:
        if source.stat().st_size > _MAX_JSON_BYTES:
            raise ValueError("it is too large")
        truth = json.loads(source.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise EvaluationError(_CODE, f"{source.name} cannot be read: {error}.") from error
    keys = ("images", "annotations", "categories")
    if not isinstance(truth, dict) or not all(isinstance(truth.get(key), list) for key in keys):
        raise EvaluationError(_CODE, f"{source.name} is not COCO: it needs {', '.join(keys)}.")
    for key in ("images", "categories"):
        if not truth[key]:
            raise EvaluationError(_CODE, f"{source.name} has no {key}.")
    return truth


def _categories(truth: dict[str, Any], label_map: Mapping[str, str]) -> dict[Any, str]:
    """The label of each category id of the file."""
    try:
        return {one["id"]: label_map.get(one["name"], one["name"]) for one in truth["categories"]}
    except (KeyError, TypeError) as error:
        raise EvaluationError(_CODE, "A category has no id or no name.") from error


def _ids(categories: dict[Any, str]) -> dict[str, int]:
    return {name: number + 1 for number, name in enumerate(sorted(set(categories.values())))}


def _images(truth: dict[str, Any], folder: Path, source: Path) -> dict[Any, dict[str, Any]]:
    """By the id they have in the file: `{"id", "file_name", "width", "height"}`, ids from 1."""
    by_name: dict[str, list[Path]] = {}
    for file in folder.rglob("*"):
        if file.is_file() and file != source:
            by_name.setdefault(file.name, []).append(file)
    images: dict[Any, dict[str, Any]] = {}
    for number, image in enumerate(truth["images"]):
        try:
            name = PurePosixPath(str(image["file_name"]))
            if image["id"] in images:
                raise EvaluationError(_CODE, f"The image id {image['id']} occurs twice.")
            file = _picture_file(folder, source, name, by_name)
            images[image["id"]] = {
                "id": number + 1,
                "file_name": file.relative_to(folder).as_posix(),
                "width": int(image["width"]),
                "height": int(image["height"]),
            }
        except (KeyError, TypeError, ValueError) as error:
            raise EvaluationError(
                _CODE, f"Image {number} of the labels is bad: {error}."
            ) from error
    return images


def _picture_file(
    folder: Path, source: Path, name: PurePosixPath, by_name: dict[str, list[Path]]
) -> Path:
    if not name.is_absolute() and ".." not in name.parts:
        for base in (folder, source.parent):
            if (base / name).is_file():
                return base / name
    found = by_name.get(name.name, [])
    if len(found) != 1:
        raise EvaluationError(
            _CODE, f"The picture {name} is not in the archive, or is there twice."
        )
    return found[0]


def _annotations(
    truth: dict[str, Any], images: dict[Any, dict[str, Any]], categories: dict[Any, str]
) -> list[dict[str, Any]]:
    ids = _ids(categories)
    annotations = []
    for number, annotation in enumerate(truth["annotations"]):
        try:
            image = images[annotation["image_id"]]
            x, y, width, height = (float(value) for value in annotation["bbox"])
            is_inside = (
                x >= -_EDGE_PX
                and y >= -_EDGE_PX
                and x + width <= image["width"] + _EDGE_PX
                and y + height <= image["height"] + _EDGE_PX
            )
            if not (math.isfinite(x + y + width + height) and width > 0 and height > 0):
                raise ValueError("its box has no size")
            if not is_inside:
                raise ValueError("its box is outside its picture")
            annotations.append(
                {
                    "id": number + 1,
                    "image_id": image["id"],
                    "category_id": ids[categories[annotation["category_id"]]],
                    "bbox": [x, y, width, height],
                    "area": float(annotation.get("area") or width * height),
                    "iscrowd": int(bool(annotation.get("iscrowd", 0))),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            raise EvaluationError(_CODE, f"Annotation {number} is bad: {error}.") from error
    if not annotations:
        raise EvaluationError(_CODE, "Nothing is labelled in these pictures.")
    return annotations


def _check_picture(folder: Path, image: dict[str, Any]) -> bytes:
    """Read the picture; the SHA-256 of its bytes."""
    path = folder / image["file_name"]
    try:
        height, width = read_image(path).shape[:2]
    except MediaError as error:
        raise EvaluationError(_CODE, f"{image['file_name']}: {error.message}") from error
    if (width, height) != (image["width"], image["height"]):
        raise EvaluationError(
            _CODE,
            f"{image['file_name']} is {width}x{height}; its labels are for "
            f"{image['width']}x{image['height']}.",
        )
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
