"""Starting, cancelling, retrying and deleting runs."""

from functools import partial

from django.db import transaction

from apps.accounts.models import User
from apps.analysis.models import Run, Segment
from apps.analysis.planning import RESULTS_VERSION, segments_plan
from apps.analysis.services.endings import run_changed, run_settle
from apps.analysis.services.segments import segments_send
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.followers import results_settled
from apps.detectors.models import Detector, DetectorState
from apps.jobs.models import ACTIVE_STATES, Job, JobKind, JobState
from apps.jobs.services import job_cancel, job_create
from apps.projects.models import Project, ProjectStatus, Video, VideoState
from workers.errors import WorkerError


def run_start(
    *,
    project: Project,
    by: User | None,
    detector: Detector,
    fps: float | None = 5.0,
    videos: list[int] | None = None,
    score_threshold: float | None = None,
) -> Run:
    """A new run over the project's ready videos, or over those named; its work is sent."""
    if detector.state == DetectorState.RETIRED:
        message = f"The detector {detector.name!r} is retired: choose another one."
        raise Conflict(message, code="detector_retired", fields={"detector": [message]})
    run = Run(
        project=project,
        detector=detector,
        detector_digest=detector.digest,
        label_map=detector.label_map,
        fps=fps,
        score_threshold=detector.score_threshold if score_threshold is None else score_threshold,
        nms_iou=detector.nms_iou,
        code_version=RESULTS_VERSION,
    )
    return _run_create(run, by=by, videos=_videos_chosen(project, videos))


def run_retry(*, project: Project, by: User | None) -> Run:
    """A new run like the last one; what is done already is taken over, not repeated."""
    _refuse_while_active(project)
    old = Run.objects.filter(project=project).select_related("job", "detector").first()
    if old is None or old.job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise Conflict("There is nothing to retry.", code="nothing_to_retry")
    videos = Video.objects.filter(pk__in=old.segments.values("video"), state=VideoState.READY)
    run = Run(
        project=project,
        detector=old.detector,
        detector_digest=old.detector_digest,
        label_map=old.label_map,
        fps=old.fps,
        score_threshold=old.score_threshold,
        nms_iou=old.nms_iou,
        code_version=RESULTS_VERSION,
        retry_of=old,
        attempt=old.attempt + 1,
    )
    return _run_create(run, by=by, videos=list(videos))


def run_cancel(*, project: Project) -> Run:
    """Ask the project's active run to stop; what it has done is kept."""
    run = Run.objects.filter(project=project, job__state__in=ACTIVE_STATES).first()
    if run is None:
        raise Conflict("No run is active in this project.", code="no_active_run")
    job = Job.objects.get(pk=run.job_id)
    if job_cancel(job):
        run_settle(run.pk)
    run_changed(run.pk)
    return Run.objects.get(pk=run.pk)


def run_delete(run: Run) -> None:
    """Remove an ended run with its results."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=run.job_id)
        if job.state in ACTIVE_STATES:
            raise Conflict("The run is still active; cancel it first.", code="run_active")
        job.delete()
        results_settled(run.project_id)


def _run_create(run: Run, *, by: User | None, videos: list[Video]) -> Run:
    if not videos:
        raise Conflict("The project has no video that is ready.", code="no_ready_video")
    try:
        segments = segments_plan(run, videos)
    except WorkerError as error:
        raise Conflict(error.message, code=error.code) from error
    with transaction.atomic():
        # Whoever starts a run of this project holds its row, so two cannot start at once.
        project = Project.objects.select_for_update().filter(pk=run.project_id, deleted_at=None)
        if not project.exists():
            raise NotFound("There is no such project, or it is not yours to see.")
        _refuse_while_active(run.project)
        if Video.objects.filter(
            pk__in=[video.pk for video in videos], state=VideoState.READY
        ).count() != len(videos):
            raise Conflict("A video was deleted meanwhile.", code="no_ready_video")
        run.job = job_create(kind=JobKind.ANALYSIS, project=run.project, created_by=by)
        run.segments_total = len(segments)
        run.frames_total = sum(segment.frames_total for segment in segments)
        run.save()
        for segment in segments:
            segment.run = run
        Segment.objects.bulk_create(segments, batch_size=200)
        project.update(status=ProjectStatus.IN_PROGRESS)
        transaction.on_commit(partial(segments_send, run.pk))
        transaction.on_commit(partial(run_changed, run.pk))
    return run


def _refuse_while_active(project: Project) -> None:
    if Run.objects.filter(project=project, job__state__in=ACTIVE_STATES).exists():
        raise Conflict("A run of this project is active already.", code="run_already_active")


def _videos_chosen(project: Project, ids: list[int] | None) -> list[Video]:
    """The ready ones of the project, or those named, which must all be ready."""
    ready = Video.objects.filter(project=project, state=VideoState.READY)
    if ids is None:
        return list(ready)
    chosen = list(ready.filter(pk__in=ids))
    if missing := sorted(set(ids) - {video.pk for video in chosen}):
        message = f"These videos are not in the project, or not ready: {missing}."
        raise Invalid(message, code="video_not_ready", fields={"videos": [message]})
    return chosen
