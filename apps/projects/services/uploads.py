"""Uploads: made within quota and disk, ended as exactly one video, or cleared away."""

import os
import shutil
import time
from contextlib import suppress
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import InsufficientStorage, NotFound, TooLarge
from apps.jobs.models import JobKind
from apps.jobs.services import job_create
from apps.projects.models import Project, Upload, Video
from apps.projects.selectors.uploads import bytes_promised, upload_offset
from apps.projects.selectors.videos import storage_used_bytes
from apps.projects.services.upload_locks import UploadGone, UploadLocked, upload_locked
from apps.projects.services.videos import video_changed
from apps.projects.storage import (
    ORIGINAL,
    storage_errors,
    sync_folder,
    upload_path,
    video_files_remove,
    video_folder,
    video_path,
)

# How long a termination waits for a writer that is just ending.
DELETE_PATIENCE_SECONDS = 5.0


def upload_create(
    *, user: User, project: Project, filename: str, size_bytes: int, metadata: str
) -> Upload:
    """An empty upload, if the person's quota and the disk have room for all of it."""
    if size_bytes > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(
            f"A file can have at most {settings.UPLOAD_MAX_BYTES} bytes.", code="upload_too_large"
        )
    with storage_errors():
        settings.UPLOAD_ROOT.mkdir(parents=True, exist_ok=True)
    with transaction.atomic():
        # Two uploads that begin together must not both take the last of the quota.
        User.objects.select_for_update().get(pk=user.pk)
        _check_quota(user, size_bytes)
        upload = Upload.objects.create(
            project=project,
            owner=user,
            filename=filename,
            size_bytes=size_bytes,
            metadata=metadata,
            expires_at=timezone.now() + settings.UPLOAD_EXPIRES_AFTER,
        )
        with storage_errors():
            upload_path(upload.id).touch(exist_ok=False)
    try:
        _check_disk()
    except BaseException:
        upload_delete(upload)
        raise
    return upload


def _check_quota(user: User, size_bytes: int) -> None:
    used = storage_used_bytes(user)
    if used + size_bytes > settings.USER_QUOTA_BYTES:
        raise TooLarge(
            f"Your videos may take {settings.USER_QUOTA_BYTES} bytes and already take {used}.",
            code="quota_exceeded",
        )


def _check_disk() -> None:
    """Whether all that is promised by now can be kept.

    Asked when the row is there for everybody to see, so that of two who take the last room
    together at least one is refused.
    """
    promised = bytes_promised()
    if shutil.disk_usage(settings.UPLOAD_ROOT).free - promised < settings.DISK_RESERVE_BYTES:
        raise InsufficientStorage(
            "The server's disk has too little room for this file.", code="disk_reserve_reached"
        )


def upload_finish(upload_id: UUID) -> Video:
    """The video of an upload whose bytes are all there: made once, however often this is called.

    The caller holds the upload's lock. The file moves first, to a place that follows from the
    upload, so that after a crash in between the next call finds it and only the row is missing.
    """
    with storage_errors():
        _move_into_place(upload_id)
    with transaction.atomic():
        upload = (
            Upload.objects.select_for_update()
            .select_related("project", "owner", "video")
            .filter(pk=upload_id, project__deleted_at=None)
            .first()
        )
        if upload is None:
            video_files_remove(video_folder(upload_id))
            raise NotFound("The upload or its project was deleted.")
        if upload.video is not None:
            return upload.video
        video = Video.objects.create(
            project=upload.project,
            uploaded_by=upload.owner,
            filename=upload.filename,
            size_bytes=upload.size_bytes,
            folder=video_folder(upload_id),
        )
        upload.video = video
        upload.save(update_fields=["video"])
        transaction.on_commit(partial(video_changed, video))
        job_create(
            kind=JobKind.VIDEO_CHECK, project=upload.project, video=video, created_by=upload.owner
        )
    return video


def _move_into_place(upload_id: UUID) -> None:
    source = upload_path(upload_id)
    target = video_path(video_folder(upload_id), ORIGINAL)
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):  # it was moved before a crash
        with open(source, "rb") as file:
            # Until here a power cut may shorten the file, and its length tells the client where
            # to go on; from here on it has to be whole.
            os.fsync(file.fileno())
        os.replace(source, target)
        sync_folder(target.parent)


def upload_delete(upload: Upload) -> None:
    """End an upload and remove its bytes; one that is a video already is no upload any more."""
    deadline = time.monotonic() + DELETE_PATIENCE_SECONDS
    while True:
        try:
            with upload_locked(upload.id):
                if not Upload.objects.filter(pk=upload.pk, video=None).delete()[0]:
                    raise UploadGone
                upload_files_remove(upload.id)
            return
        except UploadLocked:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def upload_files_remove(upload_id: UUID) -> None:
    """Remove the bytes of an upload that never became a video."""
    upload_path(upload_id).unlink(missing_ok=True)
    video_files_remove(video_folder(upload_id))


def upload_state(upload: Upload) -> tuple[int, Video | None]:
    """How far an upload is, and its video once it is one: made now if a crash left that out."""
    if upload.video is not None:
        return upload.size_bytes, upload.video
    offset = upload_offset(upload.id)
    is_complete = offset == upload.size_bytes
    if offset is None or (upload.expires_at <= timezone.now() and not is_complete):
        raise UploadGone
    if is_complete:
        with suppress(UploadLocked), upload_locked(upload.id):
            return offset, upload_finish(upload.id)
    return offset, None
