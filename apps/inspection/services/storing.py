"""What a computation found, written in one transaction: people's verdicts stay with their findings,
unless these have become something else (see `reopening`).

Insertions and findings that are found again keep their rows. A finding that is not found any more
goes, unless somebody reviewed it: then it stays, marked as not current.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from apps.analysis.models import Run
from apps.inspection.identity import Trace, match
from apps.inspection.models import (
    CoverageMap,
    Finding,
    Insertion,
    InsertionEdit,
    Inspection,
    InspectionDay,
    SiteVersion,
    VideoTracks,
)
from apps.inspection.selectors.clock import PourClock
from apps.inspection.selectors.overview import dwell_count_key
from apps.inspection.services.reopening import Reopening, findings_reopen, is_past_review
from apps.projects.models import Project, Video

BATCH_ROWS = 250
LONGEST_NOTE = 300
MAP_KEYS = (
    "name", "origin_m", "cell_m", "columns", "rows", "dose_scale_s", "covered_pct",
    "covered_tolerant_pct", "uncovered_m2", "largest_hole_m2", "unobservable_pct", "sigma_m",
    "area_m2",
)  # fmt: skip
REPORT_KEYS = ("coverage", "status", "profile", "radius_m", "site_sha256")
# What a computation writes of rows that were there; a review's fields are not among them.
INSERTION_FIELDS = [
    field.name for field in Insertion._meta.concrete_fields if field.name not in ("id", "project")
]
FINDING_FIELDS = [
    "rule", "severity", "verdict", "value", "limit", "unit", "sigma", "is_advisory", "note",
    "video", "start_s", "end_s", "pour_start_s", "starts_at", "day", "x_m", "y_m", "u_px", "v_px",
    "lift", "insertion_ids", "insertion_numbers", "is_current", "site_version", "site_sha256",
    "run", "detector_digest",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Computation:
    """What came out, and of what.

    Attributes:
        report: `report.json` of `workers.vibration.pour_files`.
        maps: (facts, classes, dose) by lift, rasters compressed.
    """

    project_id: int
    job_id: uuid.UUID
    wanted: int
    report: dict[str, Any]
    maps: Sequence[tuple[dict[str, Any], bytes, bytes]]
    clock: PourClock
    version: SiteVersion
    run: Run | None
    is_final: bool
    seconds: float

    @property
    def videos(self) -> dict[str, Video]:
        """By the name that they have in the report."""
        return {str(video.pk): video for video in self.clock.videos}

    def pour_time(self, video_id: int, video_s: float) -> float:
        """A time of a video on the pour's clock as it is now, whatever it was before."""
        return self.clock.offsets_s.get(video_id, 0.0) + video_s

    def day_of(self, video: Video, moment: datetime | None) -> date:
        """The day of a moment on site; of the upload where no clock is known."""
        return (moment or video.created_at).date()


def computation_store(done: Computation) -> bool:
    """Replace what was computed before; False when that is newer, or what it rests on is gone."""
    with transaction.atomic():
        inspection = Inspection.objects.select_for_update().filter(project=done.project_id).first()
        if inspection is None or inspection.job_id != done.job_id:
            return False
        if not _still_there(done):
            return False
        insertions = _insertions_store(done)
        _edits_store(done)
        _maps_store(done)
        _tracks_store(done)
        _findings_store(done, inspection, insertions)
        _days_store(done, insertions)
        inspection.computed = done.wanted
        inspection.run = done.run
        inspection.site_version = done.version.version
        inspection.computed_at = timezone.now()
        inspection.compute_seconds = done.seconds
        inspection.is_final = done.is_final
        inspection.report = _report_json(done)
        inspection.judged_rules = done.report["judged_rules"]
        inspection.dwell = _dwell(done)
        inspection.clock = done.clock.to_json()
        inspection.save()
    return True


def _still_there(done: Computation) -> bool:
    """A project, run or video that was deleted meanwhile asks for another computation itself."""
    if not Project.objects.filter(pk=done.project_id, deleted_at=None).exists():
        return False
    if done.run is not None and not Run.objects.filter(pk=done.run.pk).exists():
        return False
    ids = [video.pk for video in done.clock.videos]
    return Video.objects.filter(pk__in=ids).count() == len(ids)


def _insertions_store(done: Computation) -> dict[int, Insertion]:
    """The insertions by their number, saved."""
    old = list(Insertion.objects.filter(project=done.project_id))
    edits = set(InsertionEdit.objects.filter(project=done.project_id).values_list("pk", flat=True))
    new = [_insertion(done, row, edits) for row in done.report["insertions"]]
    found = match(
        [_insertion_trace(done, one) for one in old], [_insertion_trace(done, one) for one in new]
    )
    for index, other in found.items():
        new[index].pk = old[other].pk
    kept = {row.pk for row in new if row.pk is not None}
    _delete(Insertion, [one.pk for one in old if one.pk not in kept])
    _upsert(Insertion, new, INSERTION_FIELDS)
    return {one.number: one for one in new}


def _insertion(done: Computation, row: dict[str, Any], edits: set[int]) -> Insertion:
    video = done.videos[row["video"]]
    return Insertion(
        project_id=done.project_id,
        video=video,
        edit_id=row["edit"] if row["edit"] in edits else None,
        number=row["id"],
        lift=row["lift"],
        start_s=row["video_start_s"],
        end_s=row["video_end_s"],
        pour_start_s=row["start_s"],
        starts_at=done.clock.wall(video.pk, row["video_start_s"]),
        **{
            name: row[name]
            for name in (
                "duration_s", "duration_sigma_s", "x_m", "y_m", "sigma_m", "u_px", "v_px",
                "observed_ratio", "flags", "origin", "grade",
            )
        },
    )  # fmt: skip


def _insertion_trace(done: Computation, one: Insertion) -> Trace:
    start_s = done.pour_time(one.video_id, one.start_s)
    return Trace(
        "insertion",
        start_s,
        start_s + one.end_s - one.start_s,
        _pair(one.x_m, one.y_m),
        one.video_id,
        _pair(one.u_px, one.v_px),
    )


def _pair(first: float | None, second: float | None) -> tuple[float, float] | None:
    return None if first is None or second is None else (first, second)


def _edits_store(done: Computation) -> None:
    applied = done.report["applied"]
    for is_applied in (True, False):
        ids = [int(pk) for pk, value in applied.items() if value is is_applied]
        InsertionEdit.objects.filter(pk__in=ids).exclude(is_applied=is_applied).update(
            is_applied=is_applied
        )


def _maps_store(done: Computation) -> None:
    CoverageMap.objects.filter(project=done.project_id).delete()
    for facts, classes, dose_s in done.maps:
        CoverageMap.objects.create(
            project_id=done.project_id,
            lift=facts["lift"],
            facts={key: facts[key] for key in MAP_KEYS},
            classes=classes,
            dose_s=dose_s,
        )


def _tracks_store(done: Computation) -> None:
    VideoTracks.objects.filter(project=done.project_id).delete()
    VideoTracks.objects.bulk_create(
        VideoTracks(project_id=done.project_id, video=done.videos[camera], spans=spans)
        for camera, spans in done.report["tracks"].items()
        if spans
    )


def _findings_store(
    done: Computation, inspection: Inspection, insertions: dict[int, Insertion]
) -> None:
    old = list(Finding.objects.filter(project=done.project_id))
    new = [_finding(done, row, insertions) for row in done.report["findings"]]
    found = match(
        [_finding_trace(done, one) for one in old], [_finding_trace(done, one) for one in new]
    )
    reopenings = []
    for index, one in enumerate(new):
        if index in found:
            before = old[found[index]]
            one.pk, one.number = before.pk, before.number
            if is_past_review(before, one):
                reopenings.append(Reopening(before, one))
        else:
            inspection.findings_numbered += 1
            one.number = inspection.findings_numbered
    kept = {one.pk for one in new if one.pk is not None}
    gone = [one for one in old if one.pk not in kept]
    reviewed = _reviewed([one.pk for one in gone])
    Finding.objects.filter(pk__in=reviewed, is_current=True).update(is_current=False)
    _delete(Finding, [one.pk for one in gone if one.pk not in reviewed])
    _upsert(Finding, new, FINDING_FIELDS)
    findings_reopen(reopenings)


def _reviewed(ids: list[int]) -> list[int]:
    """Those that somebody has said something of: as of now, not as they were read.

    All are locked: who reviews one from here on finds it gone and is told.
    """
    reviewed: list[int] = []
    for start in range(0, len(ids), BATCH_ROWS):
        rows = Finding.objects.select_for_update().filter(pk__in=ids[start : start + BATCH_ROWS])
        reviewed += [pk for pk, revision in rows.values_list("pk", "revision") if revision > 1]
    return reviewed


def _finding(done: Computation, row: dict[str, Any], insertions: dict[int, Insertion]) -> Finding:
    video = done.videos[row["video"]] if row["video"] is not None else None
    start_s = row["start_s"] if row["video_start_s"] is None else row["video_start_s"]
    end_s = row["end_s"] if row["video_end_s"] is None else row["video_end_s"]
    starts_at = None if video is None else done.clock.wall(video.pk, start_s)
    first = video or done.clock.videos[0]
    return Finding(
        project_id=done.project_id,
        verdict=row["status"],
        note=row["note"][:LONGEST_NOTE],
        video=video,
        start_s=start_s,
        end_s=end_s,
        pour_start_s=row["start_s"],
        starts_at=starts_at,
        day=done.day_of(first, starts_at or done.clock.starts_at),
        lift=row["lift_number"],
        insertion_ids=[insertions[number].pk for number in row["insertion_ids"]],
        insertion_numbers=row["insertion_ids"],
        is_current=True,
        site_version=done.version.version,
        site_sha256=done.version.sha256,
        run=done.run,
        detector_digest=done.run.detector_digest if done.run else "",
        **{
            name: row[name]
            for name in (
                "rule", "severity", "value", "limit", "unit", "sigma", "is_advisory", "x_m", "y_m",
                "u_px", "v_px",
            )
        },
    )  # fmt: skip


def _finding_trace(done: Computation, one: Finding) -> Trace:
    start_s = one.pour_start_s
    if one.video_id is not None:
        start_s = done.pour_time(one.video_id, one.start_s)
    return Trace(
        one.rule,
        start_s,
        start_s + one.end_s - one.start_s,
        _pair(one.x_m, one.y_m),
        one.video_id,
        _pair(one.u_px, one.v_px),
    )


def _upsert(model: type[Model], rows: Sequence[Any], fields: list[str]) -> None:
    """Insert the rows; of those whose id is there already, write the fields."""
    known = [row for row in rows if row.pk is not None]
    # MySQL knows the row by whatever is unique, and may not be told by what.
    by = ["id"] if connection.features.supports_update_conflicts_with_target else None
    manager: Any = model._base_manager
    manager.bulk_create(
        known, batch_size=BATCH_ROWS, update_conflicts=True, update_fields=fields, unique_fields=by
    )
    fresh = [row for row in rows if row.pk is None]
    first = (manager.aggregate(last=Max("pk"))["last"] or 0) if fresh else 0
    manager.bulk_create(fresh, batch_size=BATCH_ROWS)
    if any(row.pk is None for row in fresh):
        _read_ids(manager, fresh, after=first)


def _read_ids(manager: Any, rows: Sequence[Any], *, after: int) -> None:
    """Not every MySQL gives the ids of what was inserted; the number tells the rows apart."""
    project_id = rows[0].project_id
    ids = dict(manager.filter(project=project_id, pk__gt=after).values_list("number", "pk"))
    for row in rows:
        row.pk = ids[row.number]


def _delete(model: type[Model], ids: Sequence[int]) -> None:
    manager: Any = model._base_manager
    for start in range(0, len(ids), BATCH_ROWS):
        manager.filter(pk__in=ids[start : start + BATCH_ROWS]).delete()


def _days_store(done: Computation, insertions: dict[int, Insertion]) -> None:
    days: dict[date, InspectionDay] = {}
    valid = {row["id"] for row in done.report["insertions"] if row["is_valid"]}
    counts: dict[date, Counter[str]] = {}
    for number, one in insertions.items():
        day = done.day_of(done.videos[str(one.video_id)], one.starts_at)
        if day not in days:
            days[day] = InspectionDay(
                project_id=done.project_id, day=day, insertions=0, valid_insertions=0
            )
            counts[day] = Counter()
        days[day].insertions += 1
        days[day].valid_insertions += number in valid
        counts[day][dwell_count_key(one.duration_s)] += 1
    for day, row in days.items():
        row.dwell_counts = dict(counts[day])
    InspectionDay.objects.filter(project=done.project_id).delete()
    InspectionDay.objects.bulk_create(days.values(), batch_size=BATCH_ROWS)


def _report_json(done: Computation) -> dict[str, Any]:
    report = {key: done.report[key] for key in REPORT_KEYS}
    report["status"] = [_note_json(note) for note in report["status"]]
    return report


def _note_json(note: dict[str, Any]) -> dict[str, Any]:
    """A note that names its video as the API does."""
    rest = dict(note)
    camera = rest.pop("camera", None)
    return rest if camera is None else {**rest, "video": int(camera)}


def _dwell(done: Computation) -> dict[str, Any]:
    rows = done.report["insertions"]
    return {
        "insertions": len(rows),
        "valid_insertions": sum(row["is_valid"] for row in rows),
        "median_dwell_s": round(median(row["duration_s"] for row in rows), 3) if rows else None,
    }
