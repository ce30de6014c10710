"""Files that are there whole or not at all."""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from workers.training.errors import TrainingError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to, and move what is there to `path` when it is on the disk.

    Raises:
        TrainingError: `disk_full`; nothing is left, and an older file stays as it was.
    """
    part = path.with_name(path.name + ".part")
    try:
        with _full_disk_named(path):
            yield part
            _sync(part)
            part.replace(path)
            _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder to fill, and put it in the place of `path` when it is on the disk.

    Raises:
        TrainingError: `disk_full`; nothing is left, and an older folder stays as it was.
    """
    part = path.with_name(path.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with _full_disk_named(path):
            part.mkdir(parents=True)
            yield part
            for file in part.iterdir():
                _sync(file)
            _sync(part)
            shutil.rmtree(path, ignore_errors=True)
            part.replace(path)
            _sync(path.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file for people to read, too."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _full_disk_named(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError) as error:
        # The safetensors library gives the number in its text alone.
        numbers = [getattr(error, "errno", None)]
        numbers += [number for number in _FULL if f"(os error {number})" in str(error)]
        if not any(number in _FULL for number in numbers):
            raise
        raise TrainingError(
            "disk_full", f"The disk is full: {path.name} could not be written."
        ) from error
