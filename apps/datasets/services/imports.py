"""Pictures, with or without labels, come in as a zip."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.conf import settings
from django.utils import timezone

from apps.accounts.models import User
from apps.common.archives import ArchiveLimits, archive_unpack
from apps.common.errors import Invalid
from apps.datasets.models import Dataset, DatasetImage, DatasetTask, ImageState, TaskKind
from apps.datasets.services.images import image_add
from apps.datasets.services.tasks import task_create
from apps.datasets.storage import task_folder
from apps.datasets.tools import take_pictures
from apps.detectors.models import ReceivedFile
from apps.detectors.storage import received_path
from workers.datasets.coco import DatasetFileError, from_coco
from workers.datasets.labels import Box, LabelledImage
from workers.datasets.pictures import Picture
from workers.datasets.yolo import from_yolo

MAX_FILES = 40_000
MAX_LABEL_BYTES = 256 * 2**20
# Longer than any import takes; the job removes the file when it has ended.
KEEP_FILE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file of exchange says of a picture."""

    split: str
    boxes: list[Box]


def import_request(dataset: Dataset, *, file: UUID, format: str, by: User) -> DatasetTask:
    """Ask for the import of a file that the same person has sent."""
    received = ReceivedFile.objects.filter(pk=file, owner=by).first()
    if received is None or not received_path(received.pk).exists():
        raise Invalid(
            "There is no such file.", code="file_not_found", fields={"file": ["Send it again."]}
        )
    received.expires_at = timezone.now() + KEEP_FILE
    received.save(update_fields=["expires_at"])
    wishes = {"file": str(file), "format": format}
    return task_create(dataset, kind=TaskKind.IMPORT, wishes=wishes, by=by)


def images_import(
    task: DatasetTask, *, check: Callable[[], None], progress: Callable[[float], None]
) -> None:
    """Do it: all labels are read before the first picture comes into the dataset."""
    folder = task_folder(task.dataset.folder, task.pk)
    archive = received_path(UUID(task.wishes["file"]))
    if not archive.exists():
        raise Invalid("The file is not there any more; send it again.", code="file_not_found")
    shutil.rmtree(folder, ignore_errors=True)
    pictures_folder = folder / "pictures"
    pictures_folder.mkdir(parents=True)
    try:
        limits = ArchiveLimits(MAX_FILES, settings.EVALUATION_SET_MAX_BYTES)
        content = archive_unpack(
            archive,
            folder / "content",
            limits=limits,
            check=check,
            progress=lambda share: progress(0.3 * share),
        )
        pictures = take_pictures(content, pictures_folder, check=check)
        if not pictures:
            raise Invalid("There are no pictures in the archive.", code="no_pictures")
        labels = LABEL_READERS[task.wishes["format"]](content, pictures)
        _classes_guard(task.dataset, labels)
        task.total = len(pictures)
        for number, picture in enumerate(pictures, start=1):
            check()
            _add(task, picture, pictures_folder, labels.get(picture.path))
            if number % 50 == 0 or number == len(pictures):
                task.done = number
                task.save(update_fields=["done", "total"])
                progress(0.5 + 0.5 * number / len(pictures))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _add(task: DatasetTask, picture: Picture, folder: Path, labels: Labels | None) -> None:
    parent, _, name = picture.path.rpartition("/")
    image = DatasetImage(
        dataset=task.dataset,
        source=name[:255],
        # Nobody knows which of them are neighbours in a video, so a folder stays together.
        group=f"import {task.pk.hex} {parent}"[:100],
    )
    if labels is not None:
        image.boxes = [box.to_json() for box in labels.boxes]
        image.split, image.origin = labels.split, "import"
        image.state = ImageState.LABELLED
    image_add(image, folder / picture.file)


def _classes_guard(dataset: Dataset, labels: dict[str, Labels]) -> None:
    unknown = {box.label for one in labels.values() for box in one.boxes} - set(dataset.classes)
    if unknown:
        raise Invalid(
            f"The dataset lacks the classes {', '.join(sorted(unknown)[:10])}; add them first.",
            code="class_unknown",
        )


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
                labels[picture.path] = Labels(_split_of(picture.path), boxes)
                break
    return labels


def _yolo_classes(content: Path) -> list[str]:
    for file in sorted(content.rglob("classes.txt")):
        return [line.strip() for line in _text_of(file).splitlines() if line.strip()]
    for file in sorted((*content.rglob("*.yaml"), *content.rglob("*.yml"))):
        try:
            names = yaml.safe_load(_text_of(file))["names"]
        except (yaml.YAMLError, KeyError, TypeError, RecursionError):
            continue
        if isinstance(names, dict):
            names = [names[key] for key in sorted(names)]
        if isinstance(names, list):
            return [str(name) for name in names]
    raise DatasetFileError("yolo_invalid", "There is no classes.txt and no data.yaml with names.")


def _split_of(path: str) -> str:
    names = {"train": "train", "val": "val", "valid": "val", "test": "test"}
    return next((names[part] for part in path.split("/")[:-1] if part in names), "")


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
