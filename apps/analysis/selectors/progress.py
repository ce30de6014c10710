"""How far runs are, as they are shown: with what is worked on right now, and why one waits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from apps.analysis.models import Run, Segment, SegmentState
from apps.analysis.selectors.waiting import Waiting, waiting_of
from apps.jobs.models import JobState

# What a run must be selected with to be shown without further queries.
RUN_RELATIONS = ("job__created_by", "detector", "project")


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is, over its segments that are done and those that are worked on."""

    fraction: float
    frames_done: int
    label_counts: dict[str, int]
    frames_per_second: float | None
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as the API and the events show it."""

    run: Run
    progress: RunProgress
    waiting: Waiting | None


def run_progress(run: Run, running: Sequence[Segment]) -> RunProgress:
    """`running` are the run's segments in state running, as far as they are."""
    frames_done = run.frames_done + sum(segment.frames_done for segment in running)
    label_counts = Counter(run.label_counts)
    for segment in running:
        label_counts.update(segment.label_counts)
    computed = run.frames_computed + sum(segment.frames_done for segment in running)
    seconds = run.compute_seconds + sum(segment.compute_seconds for segment in running)
    rate = None
    if run.job.state == JobState.RUNNING and computed and seconds:
        rate = computed / seconds * max(1, len(running))
    is_complete = run.job.state == JobState.COMPLETED
    return RunProgress(
        fraction=1.0 if is_complete else min(frames_done / max(run.frames_total, 1), 1.0),
        frames_done=frames_done,
        label_counts=dict(label_counts),
        frames_per_second=rate,
        seconds_left=max(run.frames_total - frames_done, 0) / rate if rate else None,
    )


def segments_running(run_ids: Sequence[int]) -> dict[int, list[Segment]]:
    """The segments that are worked on, by run."""
    running: dict[int, list[Segment]] = {run_id: [] for run_id in run_ids}
    rows = Segment.objects.filter(run__in=run_ids, state=SegmentState.RUNNING).defer("summary")
    for segment in rows:
        running[segment.run_id].append(segment)
    return running


def run_views(runs: Sequence[Run]) -> list[RunView]:
    """Runs selected with RUN_RELATIONS; the number of queries does not grow with theirs."""
    moving = [run.pk for run in runs if run.job.state in (JobState.RUNNING, JobState.CANCELLING)]
    running = segments_running(moving) if moving else {}
    waiting = waiting_of([run for run in runs if not running.get(run.pk)])
    return [
        RunView(run, run_progress(run, running.get(run.pk, ())), waiting.get(run.pk))
        for run in runs
    ]
