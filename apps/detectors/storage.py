"""Where models, and what becomes models, lie. No path is ever made of a name somebody typed."""

import os
import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings

PICTURES = "pictures"


def detector_path(file: str) -> Path:
    """A registered model: a file or a folder, named by its digest."""
    return Path(settings.DETECTOR_ROOT) / file


def received_path(id: UUID) -> Path:
    """A file that came over the API and waits to be used."""
    return Path(settings.DETECTOR_INBOX) / "received" / id.hex


def staging_folder(folder: str) -> Path:
    """What one import works on."""
    return Path(settings.DETECTOR_INBOX) / "staging" / folder


def export_path(file: str) -> Path:
    """The ONNX form of a registered model."""
    return Path(settings.DETECTOR_ROOT) / "exports" / file


def set_folder(folder: str) -> Path:
    """What belongs to an evaluation set."""
    return Path(settings.EVALUATION_ROOT) / folder


def set_pictures(folder: str) -> Path:
    """The labels of an evaluation set and its pictures."""
    return set_folder(folder) / PICTURES


def path_remove(path: Path) -> None:
    """Remove a file or a folder; harmless when it is gone."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def path_sync(path: Path) -> None:
    """Bring a file or a folder of files to the disk, so that a power cut leaves it whole."""
    for one in [path, *path.rglob("*")] if path.is_dir() else [path]:
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def path_size(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    files = (one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    return sum(one.stat().st_size for one in files)
