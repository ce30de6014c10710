"""Why a job of this app waits."""

import redis.exceptions

from apps.jobs.handlers import queue_of
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.presence import workers_alive


def waiting_code_of(job: Job) -> str | None:
    """`no_gpu_worker` or `no_io_worker` of a job for which nobody is there; else None."""
    if job.state != JobState.QUEUED:
        return None
    queue = queue_of(JobKind(job.kind))
    try:
        is_served = any(queue in worker.queues for worker in workers_alive())
    except redis.exceptions.RedisError:
        return None
    return None if is_served else f"no_{queue}_worker"
