"""Videos: what becomes of them, and who is told."""

from django.db import transaction

from apps.common.errors import Conflict
from apps.common.followers import results_settled
from apps.jobs.models import ACTIVE_STATES, Job, JobKind
from apps.jobs.services import job_cancel, job_create
from apps.live.services import event_send
from apps.projects.models import DELETED_CODE, Playback, Project, Upload, Video, VideoState
from apps.projects.serializers import VideoSerializer
from apps.projects.storage import video_files_remove


def video_changed(video: Video) -> None:
    """Tell the project's open pages what the video is now."""
    event_send(video.project_id, "state", {"video": dict(VideoSerializer(video).data)})


def video_reject(video: Video, *, code: str, message: str) -> None:
    """Keep the row with the reason, and remove the files."""
    if _checking_update(video, code, message, state=VideoState.REJECTED):
        video_files_remove(video.folder)
        video_changed(video)


def video_check_put_off(video: Video, *, code: str, message: str) -> None:
    """Keep the row and the files as they are, with the reason why the check comes later."""
    if _checking_update(video, code, message):
        video_changed(video)


def _checking_update(video: Video, code: str, message: str, **fields: str) -> bool:
    """False for one that is checked by now: whoever was faster has decided."""
    checking = Video.objects.filter(pk=video.pk, state=VideoState.CHECKING)
    if not checking.update(error_code=code[:64], error_message=message[:500], **fields):
        return False
    video.refresh_from_db()
    return True


def video_playback_set(video: Video, playback: Playback) -> None:
    """What has become of the proxy that was being made."""
    if Video.objects.filter(pk=video.pk, playback=Playback.PREPARING).update(playback=playback):
        video.playback = playback
        video_changed(video)


def video_delete(video: Video) -> None:
    """Remove a video: it and its files at once, what was found in it by a job."""
    with transaction.atomic():
        # A run takes the same lock to start, so it sees the video whole or not at all.
        Project.objects.select_for_update().get(pk=video.project_id)
        jobs = Job.objects.filter(project_id=video.project_id, state__in=ACTIVE_STATES)
        if jobs.filter(kind=JobKind.ANALYSIS).exists():
            raise Conflict(
                "A run is using the project's videos: wait for it or cancel it.",
                code="video_in_use",
            )
        for job in jobs.filter(video=video):
            job_cancel(job)
        Upload.objects.filter(video=video).delete()
        Video.objects.filter(pk=video.pk).update(
            state=VideoState.REJECTED, error_code=DELETED_CODE, content=None
        )
        job_create(kind=JobKind.VIDEO_PURGE, project=video.project, video=video)
        results_settled(video.project_id)
    video_files_remove(video.folder)
    event_send(video.project_id, "state", {"video_removed": video.pk})
