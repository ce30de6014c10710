"""An inspection as downloads, made piece by piece while it is read from the database."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from django.core.serializers.json import DjangoJSONEncoder

from apps.analysis.exports import FORMULA_BEGINNINGS
from apps.evidence.selectors.measuring import calibrations_of, cameras_of, rules_of
from apps.evidence.selectors.plans import inspected_site
from apps.inspection.models import Finding, Insertion, VideoTracks
from apps.inspection.selectors.clock import PourClock, clock_of
from apps.inspection.selectors.insertions import CLASS_NAMES, edits_of, maps_of, rasters_of
from apps.inspection.selectors.inspections import inspection_view
from apps.projects.models import Project
from workers.vibration.coverage import Cell
from workers.vibration.pour_site import PourSite
from workers.vibration.rules.table import RULE_SPECS

BATCH = 500

INSERTION_COLUMNS = (
    "number", "video", "lift", "start_s", "end_s", "pour_start_s", "starts_at", "duration_s",
    "duration_sigma_s", "x_m", "y_m", "sigma_m", "u_px", "v_px", "observed_ratio", "flags",
    "origin", "grade",
)  # fmt: skip
FINDING_COLUMNS = (
    "number", "rule", "name_en", "name_zh", "severity", "verdict", "state", "value", "limit",
    "unit", "sigma", "is_advisory", "note", "video", "start_s", "end_s", "pour_start_s",
    "starts_at", "x_m", "y_m", "lift", "insertion_numbers", "reviewed_by", "reviewed_at",
    "review_note", "basis", "source", "trust", "site_version", "site_sha256", "detector_digest",
)  # fmt: skip
TRACK_COLUMNS = ("video", "kind", "start_s", "end_s", "starts_at")
CELL_COLUMNS = ("lift", "lift_name", "x_m", "y_m", "cell_m", "class", "dose_s")


def json_pieces(project: Project) -> Iterator[str]:
    """The contract's vibration report with all that it rests on and all that people said of it."""
    view = inspection_view(project)
    version = inspected_site(project)
    site = PourSite(version.site, version.sha256)
    clock = clock_of(project, version)
    names = {video.pk: video.filename for video in clock.videos}
    head = dict(view.report or {}) | {
        "project": {"id": project.pk, "name": project.name},
        "run": view.run,
        "site_version": view.site_version,
        "computed_at": view.computed_at,
        "is_final": view.is_final,
        "clock": view.clock,
        "kpis": view.kpis,
        "site": version.site,
        "rules": rules_of(site.ground({}), view.judged_rules, view.not_judged),
        "calibrations": calibrations_of(site, names),
        "cameras": cameras_of(site, clock),
        "edits": [
            {
                "id": edit.pk,
                "kind": edit.kind,
                "video": edit.video_id,
                "before": edit.before,
                "after": edit.after,
                "reason": edit.reason,
                "is_applied": edit.is_applied,
                "created_by": _name(edit.created_by),
                "created_at": edit.created_at,
            }
            for edit in edits_of(project)
        ],
    }
    yield _json(head)[:-1]
    yield ',"insertions":['
    yield from _joined({"id": row.pk, **_insertion(row)} for row in _insertions(project))
    yield '],"findings":['
    histories = _findings(project, "history__by")
    yield from _joined(
        {"id": row.pk, **_finding(row), "history": _history(row)} for row in histories
    )
    yield '],"tracks":['
    yield from _joined(_tracks(project, clock))
    yield "]}\n"


def insertion_pieces(project: Project) -> Iterator[str]:
    """A line for each insertion."""
    yield _head(INSERTION_COLUMNS)
    for row in _insertions(project):
        values = _insertion(row)
        yield _line(values[name] for name in INSERTION_COLUMNS)


def finding_pieces(project: Project) -> Iterator[str]:
    """A line for each finding, also those that a later computation no longer gives."""
    columns = (*FINDING_COLUMNS, "is_current")
    yield _head(columns)
    for row in _findings(project):
        values = _finding(row)
        yield _line(values[name] for name in columns)


def track_pieces(project: Project) -> Iterator[str]:
    """A line for each time that somebody, or a poker, was in sight."""
    yield _head(TRACK_COLUMNS)
    for values in _tracks(project, clock_of(project, inspected_site(project))):
        yield _line(values[name] for name in TRACK_COLUMNS)


def coverage_pieces(project: Project) -> Iterator[str]:
    """A line for each cell of the pour, by its middle in metres."""
    yield _head(CELL_COLUMNS)
    for one in maps_of(project):
        cell_m = float(one.facts["cell_m"])
        x_m, y_m = (float(value) for value in one.facts["origin_m"])
        classes, dose_s = rasters_of(one)
        for row, cells in enumerate(classes):
            middle_y_m = round(y_m + (row + 0.5) * cell_m, 4)
            yield "".join(
                _line(
                    (
                        one.lift,
                        one.facts["name"],
                        round(x_m + (column + 0.5) * cell_m, 4),
                        middle_y_m,
                        cell_m,
                        CLASS_NAMES[cells[column]],
                        round(float(dose_s[row, column]), 2),
                    )
                )
                for column in np.flatnonzero(cells != Cell.OUTSIDE).tolist()
            )


def _tracks(project: Project, clock: PourClock) -> Iterator[dict[str, Any]]:
    for one in VideoTracks.objects.filter(project=project).select_related("video"):
        for kind, start_s, end_s in one.spans:
            yield {
                "video": one.video.filename,
                "kind": kind,
                "start_s": start_s,
                "end_s": end_s,
                "starts_at": clock.wall(one.video_id, start_s),
            }


def _insertions(project: Project) -> Iterator[Insertion]:
    return _batched(project.insertions.select_related("video").order_by("number"))


def _findings(project: Project, *related: str) -> Iterator[Finding]:
    rows = project.findings.select_related("video", "reviewed_by").prefetch_related(*related)
    return _batched(rows.order_by("number"))


def _batched(rows: Any) -> Iterator[Any]:
    """By number: no driver keeps an open cursor between the threads of a stream."""
    last = 0
    while batch := list(rows.filter(number__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1].number


def _insertion(row: Insertion) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in INSERTION_COLUMNS if name != "video"}
    return {**values, "video": row.video.filename}


def _finding(row: Finding) -> dict[str, Any]:
    spec = RULE_SPECS[row.rule]
    special = {
        "name_en": spec.name_en,
        "name_zh": spec.name_zh,
        "basis": str(spec.basis),
        "source": spec.source,
        "trust": spec.trust,
        "video": row.video.filename if row.video else None,
        "reviewed_by": _name(row.reviewed_by),
    }
    plain = {name: getattr(row, name) for name in FINDING_COLUMNS if name not in special}
    return {**plain, **special, "is_current": row.is_current}


def _history(row: Finding) -> list[dict[str, Any]]:
    return [
        {
            "from": step.from_state,
            "to": step.to_state,
            "note": step.note,
            "by": _name(step.by),
            "at": step.at,
        }
        for step in row.history.all()
    ]


def _name(person: object | None) -> str | None:
    return str(person) if person else None


def _joined(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for index, row in enumerate(rows):
        yield ("," if index else "") + _json(row)


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))


def _head(columns: Iterable[str]) -> str:
    # Without the mark some spreadsheets take UTF-8 for something else.
    return "\ufeff" + _line(columns)


def _line(values: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([_cell(value) for value in values])
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA_BEGINNINGS):
        return f"'{value}"
    return value
