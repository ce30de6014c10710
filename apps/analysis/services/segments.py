"""Segments: claimed under a lease, ended together with their results, taken back when lost."""

import logging
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.analysis.models import FrameResult, Run, Segment, SegmentState
from apps.analysis.services.endings import run_changed, run_settle
from apps.analysis.services.reuse import results_copy
from apps.analysis.timeline import Summary
from apps.common.followers import results_grew
from apps.jobs.models import Job, JobState
from apps.jobs.reaper import resend_lost
from apps.jobs.services import job_move, messages_send

logger = logging.getLogger(__name__)

TASK = "analysis.analyse_segment"
QUEUE = "gpu"
WORKABLE = (JobState.QUEUED, JobState.RUNNING)


@dataclass(slots=True)
class SegmentResults:
    """What a worker brings home: rows that belong to no run yet, and their sums."""

    rows: list[FrameResult]
    label_counts: dict[str, int]
    summary: Summary
    compute_seconds: float


def segments_send(run_id: int) -> None:
    """Send a message for each segment of the run that waits."""
    waiting = Segment.objects.filter(run=run_id, state=SegmentState.PENDING)
    messages_send(waiting, task=TASK, queue=QUEUE)


def segment_claim(segment_id: int, owner: str) -> Segment | None:
    """The waiting segment, now under the owner's lease; None when it is not to be had."""
    now = timezone.now()
    segment = Segment.objects.filter(pk=segment_id).select_related("run__job").first()
    if segment is None or segment.run.job.state not in WORKABLE:
        return None
    # The update names no other table: MySQL would look there first and then not compare again.
    claimed = Segment.objects.filter(pk=segment_id, state=SegmentState.PENDING).update(
        state=SegmentState.RUNNING,
        lease_owner=owner,
        lease_expires_at=now + settings.JOB_LEASE,
        attempts=F("attempts") + 1,
        frames_done=0,
        label_counts={},
    )
    if not claimed:
        return None
    if job_move(segment.run.job, JobState.RUNNING, source=JobState.QUEUED, started_at=now):
        transaction.on_commit(partial(run_changed, segment.run_id))
    return Segment.objects.select_related("run__job", "run__detector", "video").get(pk=segment_id)


def segment_renew(
    segment: Segment, owner: str, *, frames_done: int, label_counts: dict[str, int], seconds: float
) -> bool:
    """Hold the lease for longer; False when it is lost or the run is not to go on."""
    held = Segment.objects.filter(
        pk=segment.pk, lease_owner=owner, state=SegmentState.RUNNING
    ).update(
        lease_expires_at=timezone.now() + settings.JOB_LEASE,
        frames_done=frames_done,
        label_counts=label_counts,
        compute_seconds=seconds,
    )
    return bool(held) and Job.objects.filter(pk=segment.run.job_id, state=JobState.RUNNING).exists()


def segment_reuse(segment: Segment, owner: str) -> bool:
    """End the segment with the results of an equal one of an earlier run, if there is one."""
    donors = Segment.objects.filter(content_key=segment.content_key, state=SegmentState.DONE)
    with transaction.atomic():
        run = _run_locked(segment)
        donor = donors.exclude(pk=segment.pk).order_by("-pk").first()
        if run is None or donor is None:
            return False
        done = donor.frames_done
        if not _segment_end(segment, owner, done, donor.label_counts, donor.summary, 0.0):
            return False
        if results_copy(donor=donor, segment=segment) != done:
            transaction.set_rollback(True)
            return False
        _run_add(run, done, donor.label_counts, computed=0, seconds=0.0)
    return True


def segment_finish(segment: Segment, owner: str, results: SegmentResults) -> bool:
    """End the segment with its results, all in one transaction; False when the lease was lost."""
    frames = len(results.rows)
    with transaction.atomic():
        run = _run_locked(segment)
        if run is None or not _segment_end(
            segment, owner, frames, results.label_counts, results.summary, results.compute_seconds
        ):
            return False
        FrameResult.objects.filter(segment=segment).delete()
        FrameResult.objects.bulk_create(results.rows, batch_size=250)
        _run_add(
            run,
            frames,
            results.label_counts,
            computed=frames,
            seconds=results.compute_seconds,
        )
    return True


def _run_locked(segment: Segment) -> Run | None:
    """The run's row, locked before anything that refers to it, so that two ends never embrace."""
    return Run.objects.select_for_update().filter(pk=segment.run_id).first()


def _segment_end(
    segment: Segment,
    owner: str,
    frames: int,
    label_counts: dict[str, int],
    summary: Summary | None,
    seconds: float,
) -> bool:
    return bool(
        Segment.objects.filter(pk=segment.pk, lease_owner=owner, state=SegmentState.RUNNING).update(
            state=SegmentState.DONE,
            frames_done=frames,
            label_counts=label_counts,
            summary=summary,
            compute_seconds=seconds,
            error_code="",
            error_message="",
            lease_expires_at=None,
        )
    )


def _run_add(
    run: Run, frames: int, label_counts: dict[str, int], *, computed: int, seconds: float
) -> None:
    """Add an ended segment to the run's sums; whoever adds the last one ends the run."""
    run.segments_done += 1
    run.frames_done += frames
    run.frames_computed += computed
    run.compute_seconds += seconds
    for label, count in label_counts.items():
        run.label_counts[label] = run.label_counts.get(label, 0) + count
    run.save()
    results_grew(run.project_id)
    if run.segments_done == run.segments_total:
        job = Job.objects.get(pk=run.job_id)
        job_move(job, JobState.COMPLETED, progress=1.0)


def segment_release(segment: Segment, owner: str, *, attempts: int) -> None:
    """Let another worker try it, with `attempts` counted so far; what it had found is dropped."""
    released = Segment.objects.filter(
        pk=segment.pk, lease_owner=owner, state=SegmentState.RUNNING
    ).update(
        state=SegmentState.PENDING,
        lease_owner="",
        lease_expires_at=None,
        attempts=attempts,
        frames_done=0,
        label_counts={},
        compute_seconds=0.0,
    )
    if not released:
        return
    if Job.objects.filter(pk=segment.run.job_id, state=JobState.RUNNING).exists():
        messages_send(Segment.objects.filter(pk=segment.pk), task=TASK, queue=QUEUE)
    run_settle(segment.run_id)


def segment_fail(segment: Segment, owner: str, *, code: str, message: str) -> None:
    """End the segment, and with it the run, with the reason; other segments keep their results."""
    part = f"segment {segment.number} ({segment.start_seconds:.1f}-{segment.end_seconds:.1f} s)"
    with transaction.atomic():
        if _run_locked(segment) is None:
            return
        failed = Segment.objects.filter(
            pk=segment.pk, lease_owner=owner, state=SegmentState.RUNNING
        ).update(
            state=SegmentState.FAILED,
            lease_expires_at=None,
            error_code=code[:64],
            error_message=message[:500],
        )
        if failed:
            job = Job.objects.get(pk=segment.run.job_id)
            text = f"{segment.video.filename[:100]}, {part}: {message}"
            job_move(job, JobState.FAILED, error_code=code[:64], error_message=text[:500])
    run_settle(segment.run_id)


def segments_reap(*, resend_all: bool) -> None:
    """Take back what lost workers held, end what is being cancelled, send what was lost."""
    expired = Segment.objects.filter(
        state=SegmentState.RUNNING, lease_expires_at__lt=timezone.now()
    ).select_related("run", "video")
    for segment in expired:
        owner = segment.lease_owner
        if segment.attempts >= settings.JOB_MAX_ATTEMPTS:
            message = f"The worker was lost {segment.attempts} times at this."
            segment_fail(segment, owner, code="worker_lost", message=message)
        else:
            logger.warning("%s was held by %s, which is gone", segment, owner)
            segment_release(segment, owner, attempts=segment.attempts)
    for run in Run.objects.filter(job__state=JobState.CANCELLING):
        run_settle(run.pk)
    waiting = Segment.objects.filter(
        state=SegmentState.PENDING, run__job__state__in=WORKABLE
    ).order_by("run", "number")
    resend_lost(waiting, task=TASK, queue=QUEUE, resend_all=resend_all)
