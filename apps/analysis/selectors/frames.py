"""Frame results a page at a time, found by their place in the run and never counted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, Min, Q, QuerySet

from apps.analysis.models import FrameResult, Run
from apps.common.errors import Invalid

# A filter by label reads rows that it does not give; so many for one page, however few match.
SCAN_LIMIT = 10_000
SCAN_BATCH = 1_000
CURSOR = re.compile(r"(-?)(\d{1,9})\.(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class FrameFilter:
    """Which frames are wanted; times in seconds on the video's clock, `[start, end)`."""

    start: float | None = None
    end: float | None = None
    video: int | None = None
    label: str | None = None
    min_score: float | None = None

    def matches(self, result: FrameResult) -> bool:
        """Whether some object of the frame has the label and the score."""
        if self.label is None and self.min_score is None:
            return True
        return any(
            self.label in (None, label) and score >= (self.min_score or 0.0)
            for label, score in zip(result.labels, result.scores, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Cursor:
    """A boundary between frames: read on from the given one, or back from the one before it."""

    is_back: bool
    segment_number: int
    frame: int

    def __str__(self) -> str:
        return f"{'-' if self.is_back else ''}{self.segment_number}.{self.frame}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        match = CURSOR.fullmatch(text)
        if match is None:
            message = "The cursor is not one that this list gave."
            raise Invalid(message, fields={"cursor": [message]})
        return cls(match[1] == "-", int(match[2]), int(match[3]))

    @classmethod
    def beyond(cls, result: FrameResult, *, is_back: bool) -> "Cursor":
        """Where to read on, or back, when the result has been read."""
        return cls(is_back, result.segment_number, result.frame + (not is_back))

    def turned(self) -> "Cursor":
        return Cursor(not self.is_back, self.segment_number, self.frame)


@dataclass(frozen=True, slots=True)
class FramePage:
    results: list[FrameResult]
    next: Cursor | None
    previous: Cursor | None


def frames_page(
    run: Run, wanted: FrameFilter, *, limit: int, cursor: Cursor | None = None
) -> FramePage:
    """Up to `limit` results in time order from the cursor on.

    Fewer, with a next cursor, where a filter by label or score leaves out very many.
    """
    is_back = cursor is not None and cursor.is_back
    rows = _rows(run, wanted)
    found: list[FrameResult] = []
    place, scanned, is_end = cursor, 0, rows is None
    while rows is not None and not is_end and len(found) <= limit and scanned < SCAN_LIMIT:
        size = min(SCAN_BATCH, limit + 1 - len(found))
        batch = _batch(rows, place, is_back=is_back, size=size)
        found += [result for result in batch if wanted.matches(result)]
        is_end, scanned = len(batch) < size, scanned + len(batch)
        if batch:
            place = Cursor.beyond(batch[-1], is_back=is_back)
    if len(found) > limit:
        found = found[:limit]
        place = Cursor.beyond(found[-1], is_back=is_back)
    elif is_end:
        place = None
    start = cursor.turned() if cursor else None
    if is_back:
        return FramePage(found[::-1], next=start, previous=place)
    return FramePage(found, next=place, previous=start)


def _rows(run: Run, wanted: FrameFilter) -> QuerySet[FrameResult] | None:
    """The rows in the window; None when no segment touches it."""
    rows = FrameResult.objects.filter(run=run)
    if wanted.video is not None:
        rows = rows.filter(video=wanted.video)
    if wanted.start is None and wanted.end is None:
        return rows
    # By the few segments that touch the window, so that the index on their order is used.
    touching = run.segments.all()
    if wanted.video is not None:
        touching = touching.filter(video=wanted.video)
    if wanted.start is not None:
        touching = touching.filter(end_seconds__gte=wanted.start)
        rows = rows.filter(pts_seconds__gte=wanted.start)
    if wanted.end is not None:
        touching = touching.filter(start_seconds__lte=wanted.end)
        rows = rows.filter(pts_seconds__lt=wanted.end)
    span = touching.aggregate(first=Min("number"), last=Max("number"))
    if span["first"] is None:
        return None
    return rows.filter(segment_number__gte=span["first"], segment_number__lte=span["last"])


def _batch(
    rows: QuerySet[FrameResult], place: Cursor | None, *, is_back: bool, size: int
) -> Sequence[FrameResult]:
    if place is not None and is_back:
        same = Q(segment_number=place.segment_number, frame__lt=place.frame)
        rows = rows.filter(segment_number__lte=place.segment_number)
        rows = rows.filter(Q(segment_number__lt=place.segment_number) | same)
    elif place is not None:
        same = Q(segment_number=place.segment_number, frame__gte=place.frame)
        rows = rows.filter(segment_number__gte=place.segment_number)
        rows = rows.filter(Q(segment_number__gt=place.segment_number) | same)
    order = ("-segment_number", "-frame") if is_back else ("segment_number", "frame")
    return list(rows.order_by(*order)[:size])
