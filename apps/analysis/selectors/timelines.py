"""Counts over time for one video of a run."""

from apps.analysis.models import Run, SegmentState
from apps.analysis.timeline import Timeline, timeline_of
from apps.common.errors import NotFound
from apps.projects.models import Video


def timeline_get(run: Run, *, video: int | None, bins: int) -> tuple[Video, Timeline]:
    """The timeline of the video, by default of the run's first one."""
    segments = run.segments.all()
    if video is not None:
        segments = segments.filter(video=video)
    first = segments.select_related("video").order_by("number").first()
    if first is None:
        raise NotFound("The run has no such video.")
    done = segments.filter(video=first.video_id, state=SegmentState.DONE)
    timeline = timeline_of(
        (summary for summary in done.values_list("summary", flat=True).iterator() if summary),
        duration_seconds=first.video.duration_seconds,
        bins=bins,
    )
    return first.video, timeline
