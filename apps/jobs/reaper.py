"""Takes back what dead workers held, and sends again what the broker has lost."""

import logging
from datetime import timedelta
from typing import Any

import redis.exceptions
from celery import current_app
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.common.redis import redis_client, redis_key
from apps.jobs.handlers import HANDLERS, QUEUES, REAPERS, queue_of
from apps.jobs.models import Job, JobState
from apps.jobs.presence import workers_alive
from apps.jobs.services import job_fail, job_move, job_release, messages_send

logger = logging.getLogger(__name__)

# A second beat, or a slow reaper, changes nothing: every move is a compare-and-set.
LOCK_SECONDS = 60
SWEEP_SECONDS = 3600
# A message older than this, while a worker found nothing to do, does not exist any more.
LOST_AFTER = timedelta(seconds=20)
IDLE_SECONDS = 4.0
# So many are sent again at a time; the next ones follow when these are taken.
RESEND_LIMIT = 200


def reap() -> None:
    """One round: expired leases, lost messages, and once an hour the sweep."""
    client = redis_client()
    lock = client.lock(redis_key("reaper"), timeout=LOCK_SECONDS, blocking=False)
    if not lock.acquire():
        return
    try:
        # The marker lives where the messages live, and is gone when they are.
        is_marked = client.get(redis_key("messages-kept"))
        for reaper in REAPERS:
            import_string(reaper)(resend_all=not is_marked)
        client.set(redis_key("messages-kept"), "1")
        if client.set(redis_key("swept"), "1", nx=True, ex=SWEEP_SECONDS):
            current_app.send_task("jobs.sweep", queue="io", expires=SWEEP_SECONDS)
    finally:
        try:
            lock.release()
        except redis.exceptions.LockError:
            logger.warning("the reaper took longer than its lock")


def jobs_reap(*, resend_all: bool) -> None:
    expired = Job.objects.filter(
        state__in=[JobState.RUNNING, JobState.CANCELLING], lease_expires_at__lt=timezone.now()
    )
    for job in expired:
        _take_back(job)
    for queue in QUEUES:
        kinds = [kind for kind in HANDLERS if queue_of(kind) == queue]
        queued = Job.objects.filter(state=JobState.QUEUED, kind__in=kinds)
        resend_lost(queued, task="jobs.run_job", queue=queue, resend_all=resend_all)


def _take_back(job: Job) -> None:
    owner = job.lease_owner
    if job_move(job, JobState.CANCELLED, source=JobState.CANCELLING, held_by=owner):
        return
    if job.attempts >= settings.JOB_MAX_ATTEMPTS:
        message = f"The worker was lost {job.attempts} times at this."
        job_fail(job, held_by=owner, code="worker_lost", message=message)
    else:
        logger.warning("%s was held by %s, which is gone", job, owner)
        job_release(job, owner)


def resend_lost(rows: QuerySet[Any], *, task: str, queue: str, resend_all: bool) -> None:
    """Send again what waits for `queue` although its message is gone.

    Everything when the broker was emptied; else what was never sent, and what an idle worker has
    left lying for a while.
    """
    if not resend_all:
        lost = Q(enqueued_at=None)
        if any(
            queue in worker.queues and worker.idle_seconds > IDLE_SECONDS
            for worker in workers_alive()
        ):
            lost |= Q(enqueued_at__lt=timezone.now() - LOST_AFTER)
        rows = rows.filter(lost)[:RESEND_LIMIT]
    if count := messages_send(rows, task=task, queue=queue):
        logger.info("%d messages for %s were sent again", count, task)
