"""Jobs: made, moved by the state table, claimed under a lease, sent to their queue."""

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.accounts.models import User
from apps.common.patience import TRANSIENT
from apps.jobs.handlers import ENDINGS, HANDLERS, queue_of
from apps.jobs.models import MOVES, Job, JobKind, JobState

if TYPE_CHECKING:
    from apps.projects.models import Project, Video

logger = logging.getLogger(__name__)

# One fresh connection instead of a stale one; who asked must not wait for a broker that is away.
SEND_RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0}

FINAL_STATES = frozenset(state for state, targets in MOVES.items() if not targets)


def job_create(
    *,
    kind: JobKind,
    project: "Project | None" = None,
    video: "Video | None" = None,
    created_by: User | None = None,
) -> Job:
    """A queued job; its message is sent when the transaction commits.

    A kind without a handler has its own tasks, and whoever makes it sends them.
    """
    job = Job.objects.create(kind=kind, project=project, video=video, created_by=created_by)
    if kind in HANDLERS:
        transaction.on_commit(partial(job_send, job))
    return job


def job_send(job: Job) -> None:
    """Send the job's message; where the broker is away, the reaper sends it later."""
    messages_send(
        Job.objects.filter(pk=job.pk), task="jobs.run_job", queue=queue_of(JobKind(job.kind))
    )


def messages_send(rows: QuerySet[Any], *, task: str, queue: str) -> int:
    """Send `task` for each of the rows and note when; how many were sent.

    Never raises for a broker that is away: what was not sent looks lost to the reaper.
    """
    sent = []
    try:
        with current_app.producer_or_acquire() as producer:
            for pk in rows.values_list("pk", flat=True):
                current_app.send_task(
                    task, args=[str(pk)], queue=queue, producer=producer, retry_policy=SEND_RETRY
                )
                sent.append(pk)
    except TRANSIENT as error:
        logger.warning("%s was not sent, the reaper will: %s", task, error)
    for start in range(0, len(sent), 500):
        rows.model.objects.filter(pk__in=sent[start : start + 500]).update(
            enqueued_at=timezone.now()
        )
    return len(sent)


def job_move(
    job: Job,
    to: JobState,
    *,
    source: JobState | None = None,
    held_by: str | None = None,
    **fields: object,
) -> bool:
    """Compare-and-set by the state table; False when the job is no longer where it may move.

    Only from `source`, and only while the lease owner `held_by` holds it, where these are given.
    A move to a final state gives up the lease, and the one caller who made it runs the ending,
    in the same transaction.
    """
    sources = [state for state, targets in MOVES.items() if to in targets]
    if source is not None:
        sources = [state for state in sources if state == source]
    rows = Job.objects.filter(pk=job.pk, state__in=sources)
    if held_by is not None:
        rows = rows.filter(lease_owner=held_by)
    fields["state"] = to
    if to in FINAL_STATES:
        fields |= {"finished_at": timezone.now(), "lease_owner": "", "lease_expires_at": None}
    with transaction.atomic():
        if rows.update(**fields) != 1:
            return False
        for name, value in fields.items():
            setattr(job, name, value)
        if to in FINAL_STATES and job.kind in ENDINGS:
            import_string(ENDINGS[JobKind(job.kind)])(job)
    return True


def job_cancel(job: Job) -> bool:
    """Ask an active job to stop: at once if nobody works on it, else its worker ends it."""
    return job_move(job, JobState.CANCELLED, source=JobState.QUEUED) or job_move(
        job, JobState.CANCELLING
    )


def job_claim(job_id: str, owner: str) -> Job | None:
    """The queued job, now running under the owner's lease; None when it is not to be had."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING,
        lease_owner=owner,
        lease_expires_at=now + settings.JOB_LEASE,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", now),
    )
    return Job.objects.select_related("project", "video").get(pk=job_id) if claimed else None


def job_renew(job: Job, owner: str, *, progress: float) -> bool:
    """Hold the lease for longer; False when it is lost or the job is to be cancelled."""
    return bool(
        Job.objects.filter(pk=job.pk, lease_owner=owner, state=JobState.RUNNING).update(
            lease_expires_at=timezone.now() + settings.JOB_LEASE, progress=progress
        )
    )


def job_release(job: Job, owner: str, *, attempts: int | None = None) -> None:
    """Give the job back to its queue to be tried again, with `attempts` counted so far."""
    counted = job.attempts if attempts is None else attempts
    if job_move(
        job, JobState.QUEUED, held_by=owner, attempts=counted, lease_owner="", lease_expires_at=None
    ):
        job_send(job)


def job_fail(job: Job, *, held_by: str, code: str, message: str) -> bool:
    """End the job as failed with its reason."""
    return job_move(
        job, JobState.FAILED, held_by=held_by, error_code=code[:64], error_message=message[:500]
    )
