"""Where uploads and videos lie on disk. No path here is ever made of a name that somebody typed."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

from apps.common.errors import InsufficientStorage, Unavailable

ORIGINAL = "original"
FRAMES = "frames.npz"
THUMBNAIL = "thumbnail.jpg"
PROXY = "proxy.mp4"


def upload_path(upload_id: UUID) -> Path:
    """The file that the bytes of an upload are appended to; its length is the offset."""
    return Path(settings.UPLOAD_ROOT) / upload_id.hex


def video_folder(upload_id: UUID) -> str:
    """The folder, below MEDIA_ROOT, of the video that an upload becomes.

    It follows from the upload, so that a finished upload whose row was never written is found.
    """
    return upload_id.hex


def video_path(folder: str, name: str) -> Path:
    """One of the files of a video."""
    return Path(settings.MEDIA_ROOT) / folder / name


def video_files_remove(folder: str) -> None:
    """Remove everything a video has on disk; harmless when it is gone already."""
    shutil.rmtree(Path(settings.MEDIA_ROOT) / folder, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Make renames inside the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Around writing: a disk that is full or broken becomes an answer that says so."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InsufficientStorage(
                "The server's disk is full. What has arrived is kept.", code="disk_full"
            ) from error
        raise Unavailable(
            f"The server's storage cannot be used: {error.strerror}.", code="storage_unavailable"
        ) from error
