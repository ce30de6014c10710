"""What crashes leave behind is finished or cleared away, about once an hour."""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.utils import timezone

from apps.common.errors import DomainError
from apps.jobs.models import ACTIVE_STATES, Job, JobKind
from apps.jobs.services import job_create
from apps.projects.models import DELETED_CODE, Playback, Project, Upload, Video, VideoState
from apps.projects.selectors.uploads import upload_offset
from apps.projects.services.upload_locks import upload_locked
from apps.projects.services.uploads import upload_files_remove, upload_finish
from apps.projects.storage import upload_path, video_files_remove

logger = logging.getLogger(__name__)

# How long an expired upload is still known, to answer 410 to who comes back for it.
EXPIRED_KEPT = timedelta(days=7)
# Younger files may belong to a row that is just being written.
ORPHAN_AGE_SECONDS = 24 * 3600.0


def sweep() -> None:
    """Every step is harmless to repeat, and to run while the system is at work."""
    uploads_sweep()
    jobs_sweep()
    upload_orphans_remove()
    video_orphans_remove()


def uploads_sweep() -> None:
    """Finish what is complete, and take the bytes of what has expired."""
    now = timezone.now()
    for upload in Upload.objects.filter(video=None):
        # One that is being written, or was deleted meanwhile, is looked at next time.
        with suppress(DomainError):
            if upload_offset(upload.id) == upload.size_bytes:
                with upload_locked(upload.id):
                    upload_finish(upload.id)
            elif upload.expires_at <= now:
                with upload_locked(upload.id):
                    upload_files_remove(upload.id)
    Upload.objects.filter(video=None, expires_at__lte=now - EXPIRED_KEPT).delete()
    Upload.objects.filter(video__isnull=False, expires_at__lte=now).delete()


def jobs_sweep() -> None:
    """Make the jobs again that should be there and are not, also those that met server trouble."""
    active = Job.objects.filter(state__in=ACTIVE_STATES)

    def without(kind: JobKind, field: str) -> Combinable:
        return ~Exists(active.filter(**{"kind": kind, field: OuterRef("pk")}))

    waiting = Video.objects.filter(project__deleted_at=None).select_related("project")
    for video in waiting.filter(without(JobKind.VIDEO_CHECK, "video"), state=VideoState.CHECKING):
        job_create(kind=JobKind.VIDEO_CHECK, project=video.project, video=video)
    for video in waiting.filter(without(JobKind.VIDEO_PROXY, "video"), playback=Playback.PREPARING):
        job_create(kind=JobKind.VIDEO_PROXY, project=video.project, video=video)
    deleted = Video.with_deleted.filter(project__deleted_at=None, error_code=DELETED_CODE)
    for video in deleted.filter(without(JobKind.VIDEO_PURGE, "video")).select_related("project"):
        job_create(kind=JobKind.VIDEO_PURGE, project=video.project, video=video)
    for project in Project.objects.filter(
        without(JobKind.PROJECT_PURGE, "project"), deleted_at__isnull=False
    ):
        job_create(kind=JobKind.PROJECT_PURGE, project=project)


def upload_orphans_remove() -> None:
    for path in _old(settings.UPLOAD_ROOT.glob("*")):
        id = _uuid(path.name)
        if id and not Upload.objects.filter(pk=id, video=None).exists():
            logger.warning("removing the bytes of an upload that nobody knows: %s", path)
            upload_path(id).unlink(missing_ok=True)


def video_orphans_remove() -> None:
    for path in _old(settings.MEDIA_ROOT.glob("*")):
        id = _uuid(path.name)
        if id and not (
            Video.objects.filter(folder=path.name).exclude(state=VideoState.REJECTED).exists()
            or Upload.objects.filter(pk=id, video=None).exists()
        ):
            logger.warning("removing the files of a video that nobody knows: %s", path)
            video_files_remove(path.name)
    for path in _old(settings.MEDIA_ROOT.glob("*/*.part")):
        path.unlink(missing_ok=True)


def _old(paths: Iterator[Path]) -> Iterator[Path]:
    limit = time.time() - ORPHAN_AGE_SECONDS
    for path in paths:
        with suppress(FileNotFoundError):
            if path.lstat().st_mtime < limit:
                yield path


def _uuid(name: str) -> UUID | None:
    """The id that a name of ours is; anything else in these folders is not ours to remove."""
    with suppress(ValueError):
        id = UUID(hex=name)
        return id if id.hex == name else None
    return None
