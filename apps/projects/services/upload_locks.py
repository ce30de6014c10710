"""One writer per upload, on any number of machines that share the upload folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from io import FileIO
from uuid import UUID

from apps.common.errors import DomainError
from apps.projects.storage import ORIGINAL, upload_path, video_folder, video_path


class UploadLocked(DomainError):
    code = "upload_locked"
    status = HTTPStatus.LOCKED

    def __init__(self) -> None:
        super().__init__("Somebody else is writing this upload, perhaps you in another tab.")


class UploadGone(DomainError):
    code = "upload_gone"
    status = HTTPStatus.GONE

    def __init__(self) -> None:
        super().__init__("This upload is finished or has expired.")


def upload_lock(upload_id: UUID) -> FileIO:
    """The upload's file, open and locked until it is closed. The kernel unlocks what crashes.

    A file that has moved to its video's folder is the same file with the same lock.
    """
    for path in (upload_path(upload_id), video_path(video_folder(upload_id), ORIGINAL)):
        try:
            file = FileIO(path, "r+")
        except FileNotFoundError:
            continue
        try:
            # Per open file, not per process as POSIX locks are: two requests meet in one process.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise UploadLocked from None
        return file
    raise UploadGone


@contextmanager
def upload_locked(upload_id: UUID) -> Iterator[FileIO]:
    with upload_lock(upload_id) as file:
        yield file
