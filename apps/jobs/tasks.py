"""Celery's way in: ids only, one call each."""

import logging

from celery import shared_task
from django.utils.module_loading import import_string

from apps.common.patience import TRANSIENT

# Connects the signals by which a worker tells that it is alive.
from apps.jobs import presence as presence
from apps.jobs.handlers import SWEEPS
from apps.jobs.reaper import reap as reap_now
from apps.jobs.running import job_run

logger = logging.getLogger(__name__)


@shared_task(name="jobs.run_job")
def run_job(job_id: str) -> None:
    job_run(job_id)


@shared_task(name="jobs.reap")
def reap() -> None:
    """Called by the clock."""
    try:
        reap_now()
    except TRANSIENT as error:
        logger.warning("the reaper waits for something that is away: %s", error)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Sent by the reaper about once an hour."""
    for path in SWEEPS:
        import_string(path)()
