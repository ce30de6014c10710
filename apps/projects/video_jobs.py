"""What the io workers do for videos and projects: check, proxy, purge. Each may be repeated."""

import logging
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from apps.common.deletion import delete_in_batches
from apps.common.errors import DomainError
from apps.common.workers_child import DISK_FULL_CODE
from apps.jobs.control import JobControl
from apps.jobs.handlers import PURGES
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.services import job_create
from apps.projects.models import DELETED_CODE, Playback, Project, Video, VideoState
from apps.projects.services.uploads import upload_files_remove
from apps.projects.services.videos import video_changed, video_playback_set, video_reject
from apps.projects.storage import (
    FRAMES,
    ORIGINAL,
    PROXY,
    THUMBNAIL,
    video_files_remove,
    video_path,
)
from apps.projects.video_tools import (
    ToolCrashed,
    check_file,
    make_proxy,
    make_thumbnail,
)
from workers.errors import MediaError, WorkerError
from workers.media.probe import VideoFacts

logger = logging.getLogger(__name__)


class VideoDuplicate(DomainError):
    code = "video_duplicate"


def check(job: Job, control: JobControl) -> None:
    """Find out whether an uploaded file is a video that can be analysed."""
    video = job.video
    if video is None or video.state != VideoState.CHECKING:
        return
    original = video_path(video.folder, ORIGINAL)
    try:
        if not original.exists():
            raise MediaError("video_file_missing", "The uploaded file is gone.")
        found = check_file(original, video_path(video.folder, FRAMES), check=control.check)
        control.progress(0.8)
        has_thumbnail = _thumbnail(video, original, control)
        _accept(video, VideoFacts.from_json(found["facts"]), found["sha256"], has_thumbnail)
    except (WorkerError, VideoDuplicate) as error:
        video_reject(video, code=error.code, message=error.message)
    except ToolCrashed as crash:
        if job.attempts < settings.JOB_MAX_ATTEMPTS:
            raise
        video_reject(video, code=crash.code, message=crash.message)
    finally:
        _remove_what_nobody_knows(video)


def _thumbnail(video: Video, original: Path, control: JobControl) -> bool:
    try:
        make_thumbnail(original, video_path(video.folder, THUMBNAIL), check=control.check)
    except (WorkerError, ToolCrashed) as error:
        logger.warning("no thumbnail of video %s: %s", video.pk, error)
        return False
    return True


def _accept(video: Video, facts: VideoFacts, sha256: str, has_thumbnail: bool) -> None:
    values = facts.to_json()
    playback = Playback.ORIGINAL if values.pop("browser_playable") else Playback.PREPARING
    checking = Video.objects.filter(pk=video.pk, state=VideoState.CHECKING)
    try:
        with transaction.atomic():
            is_ours = checking.update(
                **values,
                sha256=sha256,
                content=sha256,
                state=VideoState.READY,
                playback=playback,
                has_thumbnail=has_thumbnail,
            )
            if is_ours and playback == Playback.PREPARING:
                job_create(
                    kind=JobKind.VIDEO_PROXY,
                    project=video.project,
                    video=video,
                    created_by=video.uploaded_by,
                )
    except IntegrityError:
        checking.update(sha256=sha256)
        twin = Video.objects.filter(project_id=video.project_id, content=sha256).first()
        name = twin.filename if twin else "another video"
        raise VideoDuplicate(f"The project already has this video as “{name}”.") from None
    if is_ours:
        video.refresh_from_db()
        video_changed(video)


def check_ended(job: Job) -> None:
    """A check that never came to an end, such as one whose worker was lost again and again."""
    is_the_files_fault = job.error_code != DISK_FULL_CODE  # else the sweep has it checked again
    if job.state == JobState.FAILED and job.video is not None and is_the_files_fault:
        video_reject(job.video, code=job.error_code, message=job.error_message)


def proxy(job: Job, control: JobControl) -> None:
    """Make a copy that browsers play, for a video of which they cannot."""
    video = job.video
    if video is None or video.playback != Playback.PREPARING:
        return
    try:
        make_proxy(
            video_path(video.folder, ORIGINAL),
            video_path(video.folder, PROXY),
            duration_seconds=video.duration_seconds,
            check=control.check,
            progress=control.progress,
        )
        video_playback_set(video, Playback.PROXY)
    finally:
        _remove_what_nobody_knows(video)


def proxy_ended(job: Job) -> None:
    """Without a proxy the video can still be analysed, only not played."""
    if job.state != JobState.COMPLETED and job.video is not None:
        video_playback_set(job.video, Playback.UNAVAILABLE)


def video_purge(job: Job, control: JobControl) -> None:
    """Remove what was found in a deleted video, in small steps, and its row."""
    video = job.video
    if video is None or video.error_code != DELETED_CODE:
        return
    video_files_remove(video.folder)
    delete_in_batches(Video.with_deleted.filter(pk=video.pk))


def purge(job: Job, control: JobControl) -> None:
    """Remove everything of a deleted project, frame results first and in small steps."""
    project = job.project
    if project is None or project.deleted_at is None:
        return
    control.check()
    delete_in_batches(project.runs.all())
    videos = Video.with_deleted.filter(project=project)
    for folder in videos.values_list("folder", flat=True):
        control.check()
        video_files_remove(folder)
    for upload_id in project.uploads.values_list("id", flat=True):
        upload_files_remove(upload_id)
    delete_in_batches(videos)
    # With its members, uploads and jobs, this one too.
    Project.objects.filter(pk=project.pk).delete()
    for path in PURGES:
        import_string(path)(job.project_id)


def _remove_what_nobody_knows(video: Video) -> None:
    """A video that was deleted while a child worked on it must not leave its new files."""
    if not Video.objects.filter(pk=video.pk).exists():
        video_files_remove(video.folder)
