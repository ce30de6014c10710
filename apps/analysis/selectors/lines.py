"""Frame results of a run as JSON Lines, for programs that compute with them."""

import json
from collections.abc import Iterator

from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL

from apps.analysis.models import FrameResult, Run, SegmentState

BATCH = 1000


def runs_with_results() -> QuerySet[Run]:
    """Newest first; one that ended before it found anything has nothing to show."""
    return Run.objects.filter(segments_done__gt=0).order_by("-id")


def frame_lines(run: Run, video_id: int) -> Iterator[str]:
    """The results of one video in time order, of segments that are done, a batch at a time.

    Without hashes. What is JSON in the database goes out as it is: reading and writing it again
    would take most of the time.
    """
    segments = run.segments.filter(state=SegmentState.DONE, video=video_id).order_by("number")
    for segment in segments.values_list("pk", flat=True):
        yield from _segment_batches(segment)


def _segment_batches(segment: int) -> Iterator[str]:
    texts = {
        f"{name}_text": RawSQL(name, [], output_field=TextField())
        for name in ("boxes", "scores", "labels")
    }
    rows = (
        FrameResult.objects.filter(segment=segment)
        .order_by("frame")
        .annotate(**texts)
        .values_list("frame", "pts_seconds", "width", "height", *texts)
    )
    last, is_more = -1, True
    while is_more:
        batch = list(rows.filter(frame__gt=last)[:BATCH])
        if batch:
            yield "".join(
                f'{{"frame":{frame},"pts_seconds":{json.dumps(pts_seconds)},"width":{width},'
                f'"height":{height},"boxes":{boxes},"scores":{scores},"labels":{labels}}}\n'
                for frame, pts_seconds, width, height, boxes, scores, labels in batch
            )
            last = batch[-1][0]
        is_more = len(batch) == BATCH
