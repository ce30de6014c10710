"""Long work on a dataset is asked for here."""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.common.errors import Conflict
from apps.datasets.models import Dataset, DatasetTask, TaskKind
from apps.datasets.services.datasets import dataset_lock
from apps.jobs.models import JobKind
from apps.jobs.services import job_cancel, job_create

JOB_KINDS = {
    TaskKind.FRAMES: JobKind.DATASET_FRAMES,
    TaskKind.PRELABEL: JobKind.DATASET_PRELABEL,
    TaskKind.IMPORT: JobKind.DATASET_IMPORT,
}


@transaction.atomic
def task_create(
    dataset: Dataset, *, kind: TaskKind, wishes: dict[str, Any], by: User
) -> DatasetTask:
    """`wishes` are what the handler of the kind reads, already checked."""
    dataset_lock(dataset)
    job = job_create(kind=JOB_KINDS[kind], created_by=by)
    return DatasetTask.objects.create(job=job, dataset=dataset, kind=kind, wishes=wishes)


def task_cancel(task: DatasetTask) -> DatasetTask:
    """What is done already stays."""
    if not job_cancel(task.job):
        raise Conflict("The work has ended already.", code="task_ended")
    task.job.refresh_from_db()
    return task
