"""A project to try the system with: rendered, set up, analysed, without a file of one's own."""

import json
import shutil
from pathlib import Path
from time import sleep

from django.conf import settings
from django.db import transaction

from apps.accounts.models import User
from apps.analysis.models import Run
from apps.analysis.services.runs import run_start
from apps.common.errors import Conflict, Invalid
from apps.detectors.selectors import detector_find, starter_get
from apps.detectors.services.shipped import BUILT_IN
from apps.inspection.services.sites import site_save
from apps.jobs.control import JobControl
from apps.jobs.models import ACTIVE_STATES, Job, JobKind
from apps.jobs.services import job_create
from apps.projects.models import Project, Upload, Video, VideoState
from apps.projects.services.projects import project_create
from apps.projects.services.upload_locks import upload_locked
from apps.projects.services.uploads import upload_create, upload_finish
from apps.projects.storage import upload_path
from apps.samples.catalogue import ANALYSED_PER_SECOND, DESCRIPTIONS, SAMPLES, Sample
from apps.samples.models import SampleProject
from apps.samples.rendering import SITE, VIDEO, sample_render

RENDER_SHARE = 0.8
CHECK_SHARE = 0.95
POLL_SECONDS = 0.5


def sample_project_create(*, by: User, name: str, language: str) -> Project:
    """A project that sets itself up; one at a time for a person."""
    sample = _sample(name)
    waiting = Job.objects.filter(
        kind=JobKind.PROJECT_SAMPLE, created_by=by, state__in=ACTIVE_STATES
    )
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        if waiting.exists():
            raise Conflict("Another sample of yours is being set up.", code="sample_active")
        project = project_create(
            owner=by, name=sample.title(language), description=DESCRIPTIONS[language]
        )
        job = job_create(kind=JobKind.PROJECT_SAMPLE, project=project, created_by=by)
        SampleProject.objects.create(project=project, job=job, name=sample.name)
    return project


def sample_run(job: Job, control: JobControl) -> None:
    """Handler; every step finds out whether it was done by a try that was interrupted."""
    found = SampleProject.objects.select_related("project__owner").filter(job=job).first()
    if found is None or found.project.deleted_at is not None:
        return
    project, by = found.project, job.created_by or found.project.owner
    folder = _folder(job)
    folder.mkdir(parents=True, exist_ok=True)
    sample_render(_sample(found.name), folder, control, share=RENDER_SHARE)
    control.progress(RENDER_SHARE)
    video = Video.objects.filter(project=project).first() or _video_add(project, by, folder)
    if not project.site_versions.exists():
        _site_set_up(project, by, video, folder)
    control.progress(CHECK_SHARE)
    _wait_until_ready(video, control)
    if not Run.objects.filter(project=project).exists():
        detector = starter_get() or detector_find(BUILT_IN)
        run_start(project=project, by=by, detector=detector, fps=ANALYSED_PER_SECOND)


def sample_ended(job: Job) -> None:
    """Ending: what was rendered is in the project, or not wanted."""
    shutil.rmtree(_folder(job), ignore_errors=True)


def _folder(job: Job) -> Path:
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / f"sample-{job.pk}"


def _sample(name: str) -> Sample:
    found = next((sample for sample in SAMPLES if sample.name == name), None)
    if found is None:
        message = f"There is no sample {name!r}."
        raise Invalid(message, code="sample_unknown", fields={"name": [message]})
    return found


def _video_add(project: Project, by: User, folder: Path) -> Video:
    """The way that every uploaded file goes, also past quota and disk reserve."""
    rendered = folder / VIDEO
    Upload.objects.filter(project=project, video=None).delete()
    upload = upload_create(
        user=by,
        project=project,
        filename=VIDEO,
        size_bytes=rendered.stat().st_size,
        metadata="",
    )
    shutil.copyfile(rendered, upload_path(upload.id))
    with upload_locked(upload.id):
        return upload_finish(upload.id)


def _site_set_up(project: Project, by: User, video: Video, folder: Path) -> None:
    site = json.loads((folder / SITE).read_text(encoding="utf-8"))
    calibration = site.pop("calibration")
    site["cameras"] = {str(video.pk): {"calibration": calibration}}
    site_save(project=project, by=by, based_on=0, site=site)


def _wait_until_ready(video: Video, control: JobControl) -> None:
    """Its check is a job of its own; this one has nothing to do meanwhile."""
    while True:
        control.check()
        state = Video.objects.filter(pk=video.pk).values("state", "error_code", "error_message")
        if not state:
            raise Invalid("The video was deleted.", code="video_deleted")
        if state[0]["state"] == VideoState.READY:
            return
        if state[0]["state"] == VideoState.REJECTED:
            raise Invalid(state[0]["error_message"], code=state[0]["error_code"])
        sleep(POLL_SECONDS)
