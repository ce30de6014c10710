"""Where the pictures and versions of datasets lie. No path is made of a name somebody typed."""

import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings


def images_folder(folder: str) -> Path:
    """All pictures."""
    return _root(folder) / "images"


def image_path(folder: str, file: str) -> Path:
    """A picture, named by its digest."""
    return images_folder(folder) / file


def thumbnail_path(folder: str, file: str) -> Path:
    """A small copy of a picture, made when it is first looked at; it may be missing."""
    return _root(folder) / "thumbnails" / f"{Path(file).stem}.jpg"


def version_path(folder: str, number: int) -> Path:
    """The COCO file of a version."""
    return _root(folder) / "versions" / f"{number}.json"


def task_folder(folder: str, task_id: UUID) -> Path:
    """What one task works in; gone when it has ended."""
    return _root(folder) / "tasks" / task_id.hex


def dataset_files_remove(folder: str) -> None:
    """Remove everything a dataset has on disk; harmless when it is gone already."""
    shutil.rmtree(_root(folder), ignore_errors=True)


def _root(folder: str) -> Path:
    return Path(settings.DATASET_ROOT) / folder
