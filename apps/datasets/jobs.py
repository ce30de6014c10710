"""What workers do for datasets. Each may be repeated: it does what is still missing."""

from apps.datasets.models import DatasetTask
from apps.datasets.services.frames import frames_take
from apps.datasets.services.imports import images_import
from apps.datasets.services.prelabelling import images_prelabel
from apps.jobs.control import JobControl
from apps.jobs.models import Job


def frames(job: Job, control: JobControl) -> None:
    frames_take(_task_of(job), check=control.check, progress=control.progress)


def prelabel(job: Job, control: JobControl) -> None:
    images_prelabel(_task_of(job), check=control.check, progress=control.progress)


def import_(job: Job, control: JobControl) -> None:
    images_import(_task_of(job), check=control.check, progress=control.progress)


def _task_of(job: Job) -> DatasetTask:
    return DatasetTask.objects.select_related("dataset").get(job=job)
