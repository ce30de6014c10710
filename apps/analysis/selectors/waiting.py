"""Why a run waits, in a code for programs and a sentence for people."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import redis.exceptions

from apps.analysis.models import Run, Segment, SegmentState
from apps.jobs.models import ACTIVE_STATES, JobState
from apps.jobs.presence import workers_alive

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    code: str
    reason: str


NO_GPU_WORKER = Waiting("no_gpu_worker", "No GPU worker is running.")
WORKER_LOST = Waiting("worker_lost", "A worker was lost; its part of the video is tried again.")
STARTING = Waiting("starting", "A worker is about to begin.")


def waiting_of(runs: Sequence[Run]) -> dict[int, Waiting]:
    """Reasons by run id, for active ones among the runs, which nobody works on right now."""
    waiting = [run for run in runs if run.job.state in (JobState.QUEUED, JobState.RUNNING)]
    if not waiting:
        return {}
    try:
        has_worker = any("gpu" in worker.queues for worker in workers_alive())
    except redis.exceptions.RedisError as error:
        logger.warning("nobody knows which workers are alive: %s", error)
        return {}
    if not has_worker:
        return {run.pk: NO_GPU_WORKER for run in waiting}
    active = list(
        Run.objects.filter(job__state__in=ACTIVE_STATES).order_by("pk").values_list("pk", flat=True)
    )
    retried = set(
        Segment.objects.filter(run__in=waiting, state=SegmentState.PENDING, attempts__gt=0)
        .values_list("run", flat=True)
        .distinct()
    )
    return {run.pk: _reason(run.pk, active, retried) for run in waiting}


def _reason(run_id: int, active: list[int], retried: set[int]) -> Waiting:
    ahead = sum(1 for other in active if other < run_id)
    if run_id in retried:
        return WORKER_LOST
    if ahead:
        runs = "1 run is" if ahead == 1 else f"{ahead} runs are"
        return Waiting("runs_ahead", f"{runs} ahead of this one.")
    return STARTING
