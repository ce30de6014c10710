"""What follows when a run ends: the project's status, and the pages that look at it."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from apps.analysis.models import Run, Segment, SegmentState
from apps.analysis.selectors import run_view
from apps.analysis.serializers import RunSerializer
from apps.common.followers import results_settled
from apps.jobs.models import Job, JobState
from apps.jobs.services import job_move
from apps.live.services import event_send
from apps.projects.models import Project, ProjectStatus

STATUS_AFTER = {
    JobState.COMPLETED: ProjectStatus.COMPLETED,
    JobState.FAILED: ProjectStatus.FAILED,
    JobState.CANCELLED: ProjectStatus.CANCELLED,
}


def run_settle(run_id: int) -> None:
    """End a run that is being cancelled once nobody works on it any more."""
    job = Job.objects.filter(run=run_id, state=JobState.CANCELLING).first()
    if job is None:
        return
    if not Segment.objects.filter(run=run_id, state=SegmentState.RUNNING).exists():
        job_move(job, JobState.CANCELLED, source=JobState.CANCELLING)


def run_ended(job: Job) -> None:
    """The project's status follows its run, in the transaction that ended it."""
    run = Run.objects.filter(job=job).first()
    if run is None:
        return
    Project.objects.filter(pk=run.project_id).update(
        status=STATUS_AFTER[JobState(job.state)], updated_at=timezone.now()
    )
    transaction.on_commit(partial(run_changed, run.pk))
    results_settled(run.project_id)


def run_changed(run_id: int) -> None:
    """Tell the project's pages what the run and the project look like now."""
    view = run_view(run_id)
    if view is None:
        return
    project = view.run.project
    status = str(ProjectStatus(project.status).label)
    event_send(project.pk, "state", {"run": RunSerializer(view).data})
    event_send(project.pk, "state", {"project": {"id": project.pk, "status": status}})
