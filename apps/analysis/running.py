"""What a GPU worker does with one segment."""

import logging
import time
from collections import Counter
from functools import lru_cache
from pathlib import Path

import redis.exceptions
from django.conf import settings

from apps.analysis.models import FrameResult, Run, Segment
from apps.analysis.planning import sample_of
from apps.analysis.selectors.progress import RUN_RELATIONS, run_progress, segments_running
from apps.analysis.serializers import FrameResultSerializer
from apps.analysis.services.segments import (
    SegmentResults,
    segment_claim,
    segment_fail,
    segment_finish,
    segment_release,
    segment_renew,
    segment_reuse,
)
from apps.analysis.timeline import summary_of
from apps.common.patience import TRANSIENT, outlast
from apps.common.redis import redis_client, redis_key
from apps.detectors.selectors import detector_file
from apps.jobs.control import JobCancelled, Renewal
from apps.jobs.presence import presence
from apps.jobs.running import lease_owner_new
from apps.live.services import event_send
from apps.projects.storage import ORIGINAL, video_path
from workers.detect.base import Detector
from workers.detect.registry import DetectorSpec, load_detector
from workers.errors import WorkerError
from workers.pipelines.analyse import analyse_frames
from workers.pipelines.results import FrameResult as AnalysedFrame

logger = logging.getLogger(__name__)

# Progress is told to pages this often for a run, however many workers are at it.
EVENT_SECONDS = 0.25
# The thread that tells it looks a little less often, so that it does not find the door just shut.
TICK_SECONDS = 0.27
RENEW_EVERY_TICKS = 4
RETRY_PAUSE_SECONDS = 2.0


def segment_run(segment_id: int) -> None:
    """Work on the segment if it is to be had; a second delivery finds it taken and leaves."""
    owner = lease_owner_new()
    segment = outlast(lambda: segment_claim(segment_id, owner))
    if segment is None:
        return
    if outlast(lambda: segment_reuse(segment, owner)):
        return
    what = f"{segment.video.filename[:80]}, segment {segment.number} of run {segment.run_id}"
    with presence.working_on(what):
        outcome = _analyse(segment, owner)
    if isinstance(outcome, TRANSIENT):
        logger.warning("%s met something that is away: %s", segment, outcome)
        time.sleep(RETRY_PAUSE_SECONDS)
    outlast(lambda: _finish(segment, owner, outcome))


def _analyse(segment: Segment, owner: str) -> SegmentResults | Exception:
    """The results of the segment, or why there are none."""
    watch = SegmentWatch(segment, owner)
    try:
        with Renewal(watch.tick, interval_seconds=TICK_SECONDS) as renewal:
            sample = sample_of(segment.video, segment.run.fps)
            detector = _detector_of(segment.run)
            for result in analyse_frames(
                video_path(segment.video.folder, ORIGINAL),
                sample.index,
                sample.between(segment.first_frame, segment.end_frame),
                detector,
                should_stop=lambda: renewal.is_lost or presence.is_stopping.is_set(),
            ):
                watch.add(_row_of(segment, result))
            if renewal.is_lost or presence.is_stopping.is_set():
                return JobCancelled()
    except (WorkerError, *TRANSIENT) as error:  # type: ignore[misc]
        return error
    except Exception as error:
        logger.exception("%s failed unexpectedly", segment)
        return error
    return watch.results()


def _finish(segment: Segment, owner: str, outcome: SegmentResults | Exception) -> None:
    """End or give back the segment; every way fails quietly when somebody else holds it by now."""
    if isinstance(outcome, SegmentResults):
        segment_finish(segment, owner, outcome)
    elif isinstance(outcome, (JobCancelled, *TRANSIENT)):
        segment_release(segment, owner, attempts=segment.attempts - 1)
    elif segment.attempts < settings.JOB_MAX_ATTEMPTS:
        segment_release(segment, owner, attempts=segment.attempts)
    elif isinstance(outcome, WorkerError):
        segment_fail(segment, owner, code=outcome.code, message=outcome.message)
    else:
        message = f"It failed {segment.attempts} times; the log says why."
        segment_fail(segment, owner, code="internal_error", message=message)


class SegmentWatch:
    """What a segment has given so far; a thread of its own tells the database and the pages."""

    def __init__(self, segment: Segment, owner: str) -> None:
        self._segment = segment
        self._owner = owner
        self._rows: list[FrameResult] = []
        self._label_counts: Counter[str] = Counter()
        self._began_at = time.monotonic()
        self._ticks = 0
        self._told = 0

    def add(self, row: FrameResult) -> None:
        self._label_counts.update(row.labels)
        self._rows.append(row)

    def results(self) -> SegmentResults:
        return SegmentResults(
            rows=self._rows,
            label_counts=dict(self._label_counts),
            summary=summary_of((row.pts_seconds, row.labels) for row in self._rows),
            compute_seconds=time.monotonic() - self._began_at,
        )

    def tick(self) -> bool:
        """Tell the pages; now and then renew the lease. False when the work is to stop."""
        self._ticks += 1
        held = True
        if self._ticks % RENEW_EVERY_TICKS == 0:
            held = segment_renew(
                self._segment,
                self._owner,
                frames_done=len(self._rows),
                label_counts=dict(self._label_counts),
                seconds=time.monotonic() - self._began_at,
            )
        if held and len(self._rows) > self._told:
            self._told = len(self._rows)
            self._tell()
        return held

    def _tell(self) -> None:
        run_id = self._segment.run_id
        door = redis_key("progress", run_id)
        try:
            is_my_turn = redis_client().set(door, "1", nx=True, px=int(1000 * EVENT_SECONDS))
        except redis.exceptions.RedisError:
            return
        run = Run.objects.filter(pk=run_id).select_related(*RUN_RELATIONS).first()
        if not is_my_turn or run is None:
            return
        running = segments_running([run_id])[run_id]
        for segment in running:
            if segment.pk == self._segment.pk:
                segment.frames_done = len(self._rows)
                segment.label_counts = dict(self._label_counts)
                segment.compute_seconds = time.monotonic() - self._began_at
        progress = run_progress(run, running)
        event_send(
            run.project_id,
            "progress",
            {
                "run": run_id,
                "state": run.job.state,
                "progress": progress.fraction,
                "frames_done": progress.frames_done,
                "frames_total": run.frames_total,
                "frames_per_second": progress.frames_per_second,
                "seconds_left": progress.seconds_left,
                "segments_done": run.segments_done,
                "segments_total": run.segments_total,
                "label_counts": progress.label_counts,
                "latest": FrameResultSerializer(self._rows[-1]).data,
            },
        )


def _row_of(segment: Segment, result: AnalysedFrame) -> FrameResult:
    found = result.to_json()
    return FrameResult(
        run_id=segment.run_id,
        segment_id=segment.pk,
        video_id=segment.video_id,
        segment_number=segment.number,
        frame=found["frame"],
        pts_seconds=found["pts_seconds"],
        width=found["width"],
        height=found["height"],
        boxes=found["boxes"],
        scores=found["scores"],
        labels=found["labels"],
        pdq=result.pdq,
        pdq_quality=found["pdq_quality"],
    )


def _detector_of(run: Run) -> Detector:
    return _detector_loaded(
        run.detector.name,
        run.detector.kind,
        detector_file(run.detector),
        tuple(run.detector.classes),
        run.score_threshold,
        run.nms_iou,
        run.detector_digest,
        tuple(sorted(run.label_map.items())),
    )


@lru_cache(maxsize=1)
def _detector_loaded(
    name: str,
    kind: str,
    path: Path | None,
    classes: tuple[str, ...],
    score_threshold: float,
    nms_iou: float,
    digest: str,
    label_map: tuple[tuple[str, str], ...],
) -> Detector:
    """The detector, kept loaded: the next segment is most likely of the same run."""
    return load_detector(
        DetectorSpec(
            name=name,
            kind=kind,
            path=path,
            classes=classes,
            score_threshold=score_threshold,
            nms_iou=nms_iou,
            digest=digest,
            label_map=dict(label_map),
        )
    )
