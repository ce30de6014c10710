"""What the io workers do for videos and projects: check, proxy, purge. Each may be repeated.

What is found wrong with a file is its verdict, given here. Trouble of the server's own, such as a
disk that fails or workers that are lost, is none: the video stays as it was, and the sweep has it
done again.
"""

import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from apps.common.deletion import delete_in_batches
from apps.common.errors import DomainError, Unavailable
from apps.jobs.control import JobControl
from apps.jobs.handlers import PURGES
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.services import job_create
from apps.projects.models import DELETED_CODE, Playback, Project, Video, VideoState
from apps.projects.services.uploads import upload_files_remove
from apps.projects.services.videos import (
    video_changed,
    video_check_put_off,
    video_playback_set,
    video_reject,
)
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
        if not original.exists():  # perhaps the disk that it lies on is not there
            raise Unavailable("The uploaded file is missing.", code="video_file_missing")
        found = _examined(original, video_path(video.folder, FRAMES), control)
        control.progress(0.8)
        has_thumbnail = _thumbnail(video, original, control)
        _accept(video, VideoFacts.from_json(found["facts"]), found["sha256"], has_thumbnail)
    except (WorkerError, VideoDuplicate) as error:
        video_reject(video, code=error.code, message=error.message)
    finally:
        _remove_what_nobody_knows(video)


def _examined(original: Path, index: Path, control: JobControl) -> dict[str, Any]:
    """What the child finds. That the file ends it again and again is a verdict too.

    The tries are counted here: the job's own count workers that were lost as well.
    """
    crashes = 0
    while True:
        try:
            return check_file(original, index, check=control.check)
        except ToolCrashed as crash:
            crashes += 1
            if not crash.may_be_the_file:
                raise
            if crashes == settings.JOB_MAX_ATTEMPTS:
                raise MediaError(crash.code, crash.message) from crash


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
                error_code="",
                error_message="",
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
        twin = Video.objects.filter(project_id=video.project_id, content=sha256).first()
        if twin is None:
            raise
        checking.update(sha256=sha256)
        raise VideoDuplicate(f"The project already has this video as “{twin.filename}”.") from None
    if is_ours:
        video.refresh_from_db()
        video_changed(video)


def check_ended(job: Job) -> None:
    """A check that came to no end keeps the video, and says why it has to wait."""
    if job.state == JobState.FAILED and job.video is not None:
        video_check_put_off(job.video, code=job.error_code, message=job.error_message)


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
    except (WorkerError, ToolCrashed) as error:
        if isinstance(error, ToolCrashed) and job.attempts < settings.JOB_MAX_ATTEMPTS:
            raise
        # It can still be analysed, only not played.
        logger.warning("no proxy of video %s: %s", video.pk, error)
        video_playback_set(video, Playback.UNAVAILABLE)
    finally:
        _remove_what_nobody_knows(video)


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
