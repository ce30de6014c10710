"""What a worker does with one job: claim, call the handler under a lease, end it by its outcome."""

import logging
import os
import secrets
import socket
import time

from django.conf import settings
from django.utils.module_loading import import_string

from apps.common.errors import DomainError
from apps.common.patience import TRANSIENT, outlast
from apps.jobs.control import JobCancelled, JobControl, Renewal
from apps.jobs.handlers import HANDLERS
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.services import job_claim, job_fail, job_move, job_release, job_renew
from workers.errors import WorkerError

logger = logging.getLogger(__name__)

# Between two tries of a job that met something which is away, or a failure that may pass.
RETRY_PAUSE_SECONDS = 2.0


def lease_owner_new() -> str:
    """A name for one claim, never used twice, which says where to look."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def job_run(job_id: str) -> None:
    """Work on the job if it is to be had; a second delivery finds it taken and leaves."""
    owner = lease_owner_new()
    job = outlast(lambda: job_claim(job_id, owner))
    if job is None:
        return
    control = JobControl()
    with Renewal(lambda: job_renew(job, owner, progress=control.fraction)) as renewal:
        outcome = _handle(job, control.bind(renewal))
    if isinstance(outcome, TRANSIENT):
        logger.warning("%s met something that is away, it will be tried again: %s", job, outcome)
        time.sleep(RETRY_PAUSE_SECONDS)
    outlast(lambda: _finish(job, owner, outcome))


def _handle(job: Job, control: JobControl) -> Exception | None:
    """Call the kind's handler; what it raised, or None."""
    try:
        import_string(HANDLERS[JobKind(job.kind)])(job, control)
    except JobCancelled as cancelled:
        return cancelled
    except (DomainError, WorkerError) as error:
        return error
    except TRANSIENT as error:
        return error
    except Exception as error:
        logger.exception("%s failed unexpectedly", job)
        return error
    return None


def _finish(job: Job, owner: str, outcome: Exception | None) -> None:
    """Move the job by the outcome; every move fails quietly when somebody else holds it by now."""
    if job_move(job, JobState.CANCELLED, source=JobState.CANCELLING, held_by=owner):
        return
    if outcome is None:
        if not job_move(job, JobState.COMPLETED, held_by=owner, progress=1.0):
            job_move(job, JobState.CANCELLED, source=JobState.CANCELLING, held_by=owner)
    elif isinstance(outcome, (DomainError, WorkerError)):
        job_fail(job, held_by=owner, code=outcome.code, message=outcome.message)
    elif isinstance(outcome, TRANSIENT):
        job_release(job, owner, attempts=job.attempts - 1)
    elif isinstance(outcome, JobCancelled):
        return  # the lease was lost: whoever has it now decides
    elif job.attempts < settings.JOB_MAX_ATTEMPTS:
        job_release(job, owner)
    else:
        job_fail(
            job,
            held_by=owner,
            code="internal_error",
            message=f"It failed {job.attempts} times; the log says why.",
        )
