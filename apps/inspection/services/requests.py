"""When an inspection is computed: one at a time in a project, and never for nothing.

A change marks the inspection as wanted; a job that is active when the change comes does not know
it, so its end makes the next one. While a run goes on, results of many segments share one job.
"""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from apps.accounts.models import User
from apps.analysis.models import Run
from apps.analysis.selectors.lines import runs_with_results
from apps.inspection.models import Inspection
from apps.inspection.services.telling import inspection_changed
from apps.jobs.models import ACTIVE_STATES, Job, JobKind
from apps.jobs.services import job_create
from apps.projects.models import Project

# While a run goes on, computing takes at most a quarter of the time.
LIVE_PAUSE_SECONDS = 2.0
LIVE_PAUSE_RATIO = 3.0
# Runs that ended so lately are looked at again: whoever ended one may have died before it asked.
FORGOTTEN_WITHIN = timedelta(minutes=30)
CATCH_UP_LIMIT = 100


def inspection_request(
    project_id: int, *, by: User | None = None, is_urgent: bool = True
) -> Inspection | None:
    """Have the project's inspection computed; None when the project is gone.

    What is not urgent waits until some time after the last one, for the next request or the
    reaper.
    """
    with transaction.atomic():
        if not Project.objects.filter(pk=project_id, deleted_at=None).exists():
            return None
        inspection, _ = Inspection.objects.get_or_create(project_id=project_id)
        Inspection.objects.filter(pk=inspection.pk).update(wanted=F("wanted") + 1)
        inspection = Inspection.objects.select_for_update().get(pk=inspection.pk)
        if not _is_active(inspection) and (is_urgent or _is_due(inspection)):
            _job_make(inspection, by=by)
    return inspection


def results_grew(project_id: int) -> None:
    """A part of the project's run has new results."""
    inspection_request(project_id, is_urgent=False)


def results_settled(project_id: int) -> None:
    """The project's run is over, or a run or a video is gone."""
    is_inspected = Inspection.objects.filter(project=project_id).exists()
    if is_inspected or Run.objects.filter(project=project_id).exists():
        inspection_request(project_id)


def inspection_ended(job: Job) -> None:
    """What follows however the job ended, when that is written."""
    if job.project_id is not None:
        transaction.on_commit(partial(_follow, job.project_id))


def _follow(project_id: int) -> None:
    """Compute again what changed while the last job was at work: at once, or, while a run goes
    on, when it is due.
    """
    inspection = Inspection.objects.filter(project=project_id).first()
    if inspection is not None and (inspection.is_final or _is_due(inspection)):
        _begin(project_id)
    inspection_changed(project_id)


def inspections_reap(*, resend_all: bool) -> None:
    """Begin what waited for its time, and what nobody asked for because they died before."""
    waiting = Inspection.objects.filter(wanted__gt=F("started"), project__deleted_at=None)
    for inspection in waiting[:CATCH_UP_LIMIT]:
        if not _is_active(inspection) and _is_due(inspection):
            _begin(inspection.project_id)
    for run in _runs_forgotten():
        inspection_request(run.project_id)


def _runs_forgotten() -> list[Run]:
    """Runs that are over, and the newest of their projects, and in no final inspection."""
    lately = timezone.now() - FORGOTTEN_WITHIN
    later = runs_with_results().filter(project=OuterRef("project"), pk__gt=OuterRef("pk"))
    ended = runs_with_results().filter(
        ~Exists(later), job__finished_at__gte=lately, project__deleted_at=None
    )
    newest = {run.project_id: run for run in ended}
    known = {
        inspection.project_id: inspection
        for inspection in Inspection.objects.filter(project__in=newest)
    }
    return [
        run
        for project_id, run in newest.items()
        if (inspection := known.get(project_id)) is None
        or (not inspection.is_stale and not (inspection.run_id == run.pk and inspection.is_final))
    ][:CATCH_UP_LIMIT]


def _begin(project_id: int) -> None:
    with transaction.atomic():
        inspection = Inspection.objects.select_for_update().filter(project=project_id).first()
        if inspection is None or _is_active(inspection) or inspection.wanted <= inspection.started:
            return
        if Project.objects.filter(pk=project_id, deleted_at=None).exists():
            _job_make(inspection, by=None)


def _is_active(inspection: Inspection) -> bool:
    return Job.objects.filter(inspection=inspection, state__in=ACTIVE_STATES).exists()


def _is_due(inspection: Inspection) -> bool:
    if inspection.computed_at is None:
        return True
    pause_s = max(LIVE_PAUSE_SECONDS, LIVE_PAUSE_RATIO * inspection.compute_seconds)
    return timezone.now() >= inspection.computed_at + timedelta(seconds=pause_s)


def _job_make(inspection: Inspection, *, by: User | None) -> None:
    inspection.job = job_create(
        kind=JobKind.INSPECTION, project=Project(pk=inspection.project_id), created_by=by
    )
    inspection.started = inspection.wanted
    inspection.save(update_fields=["job", "started"])
    transaction.on_commit(partial(inspection_changed, inspection.project_id))
