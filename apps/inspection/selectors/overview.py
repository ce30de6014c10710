"""All pours that somebody may see, over time; the number of queries does not grow with them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from apps.accounts.models import User
from apps.inspection.models import (
    CONFIRMED_STATES,
    Finding,
    FindingState,
    Inspection,
    InspectionDay,
    Severity,
)
from apps.projects.selectors import projects_visible_to

DWELL_STEP_S = 0.5
# What says how grave a rule's findings are when they differ.
_GRAVITY = (Severity.STATUS, Severity.INFO, Severity.MINOR, Severity.MAJOR)


@dataclass(frozen=True, slots=True)
class OverviewFilter:
    """Days of the pours, both included; all where nothing is given.

    With a rule, only the projects that have findings of it, and of their findings only those.
    """

    start: date | None = None
    end: date | None = None
    project: int | None = None
    rule: str | None = None


def dwell_count_key(duration_s: float) -> str:
    """The bin of a dwell in `InspectionDay.dwell_counts`."""
    return str(round(duration_s / DWELL_STEP_S))


def dwell_median_s(counts: Mapping[str, int]) -> float | None:
    """The lower median of counted dwells, to half a bin."""
    total = sum(counts.values())
    seen = 0
    for key in sorted(counts, key=int):
        seen += counts[key]
        if 2 * seen >= total:
            return int(key) * DWELL_STEP_S
    return None


def overview(user: User, wanted: OverviewFilter) -> dict[str, Any]:
    """The API's `Overview`."""
    projects = projects_visible_to(user)
    if wanted.project is not None:
        projects = projects.filter(pk=wanted.project)
    ids = projects.order_by().values("pk")
    days = list(_within(InspectionDay.objects.filter(project__in=ids), wanted))
    findings = _within(Finding.objects.filter(project__in=ids, is_current=True), wanted)
    all_groups = groups = _finding_groups(findings)
    if wanted.rule is not None:
        groups = [row for row in groups if row["rule"] == wanted.rule]
        behind = {row["project"] for row in groups}
        days = [day for day in days if day.project_id in behind]
        findings = findings.filter(rule=wanted.rule)
    per_day = {
        row["day"]: row["count"]
        for row in findings.order_by().values("day").annotate(count=Count("pk"))
    }
    inspected = {day.project_id for day in days} | {row["project"] for row in groups}
    inspections = list(
        Inspection.objects.filter(project__in=inspected).select_related("project").order_by("pk")
    )
    covered = {one.project_id: _covered_pct(one) for one in inspections}
    rows = [_project_row(one, days, groups) for one in inspections]
    return {
        "projects": rows,
        "totals": _totals(rows, days),
        # Of all rules: from one of them the others can be chosen.
        "by_rule": _by_rule(all_groups),
        "by_day": _by_day(days, per_day, covered),
        "backlog": _backlog(findings),
    }


def _within(rows: QuerySet[Any], wanted: OverviewFilter) -> QuerySet[Any]:
    if wanted.start is not None:
        rows = rows.filter(day__gte=wanted.start)
    if wanted.end is not None:
        rows = rows.filter(day__lte=wanted.end)
    return rows


def _finding_groups(findings: QuerySet[Finding]) -> list[dict[str, Any]]:
    """Counts by project, rule, severity and state."""
    rows = findings.order_by().values("project", "rule", "severity", "state")
    return [dict(row) for row in rows.annotate(count=Count("pk"))]


def _covered_pct(inspection: Inspection) -> float | None:
    coverage = (inspection.report or {}).get("coverage", {})
    value: float | None = coverage.get("covered_pct")
    return value


def _dwells(days: Iterable[InspectionDay]) -> Counter[str]:
    total: Counter[str] = Counter()
    for day in days:
        total.update(day.dwell_counts)
    return total


def _project_row(
    inspection: Inspection, days: list[InspectionDay], groups: list[dict[str, Any]]
) -> dict[str, Any]:
    own = [day for day in days if day.project_id == inspection.project_id]
    found = [row for row in groups if row["project"] == inspection.project_id]
    return {
        "id": inspection.project_id,
        "name": inspection.project.name,
        "insertions": sum(day.insertions for day in own),
        "valid_insertions": sum(day.valid_insertions for day in own),
        "median_dwell_s": dwell_median_s(_dwells(own)),
        "covered_pct": _covered_pct(inspection),
        "findings_by_severity": _by_severity(found),
        "to_review": _count(found, FindingState.TO_REVIEW),
        "last_at": inspection.computed_at,
    }


def _totals(rows: list[dict[str, Any]], days: list[InspectionDay]) -> dict[str, Any]:
    covered = [row["covered_pct"] for row in rows if row["covered_pct"] is not None]
    severities: Counter[str] = Counter(dict.fromkeys(Severity.values, 0))
    for row in rows:
        severities.update(row["findings_by_severity"])
    return {
        "projects": len(rows),
        "insertions": sum(row["insertions"] for row in rows),
        "valid_insertions": sum(row["valid_insertions"] for row in rows),
        "median_dwell_s": dwell_median_s(_dwells(days)),
        "covered_pct": fmean(covered) if covered else None,
        "findings_by_severity": dict(severities),
        "to_review": sum(row["to_review"] for row in rows),
    }


def _by_severity(groups: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Of findings that are no false alarm."""
    counts = dict.fromkeys(Severity.values, 0)
    for row in groups:
        if row["state"] != FindingState.FALSE_ALARM:
            counts[row["severity"]] += row["count"]
    return counts


def _count(groups: Iterable[dict[str, Any]], *states: str) -> int:
    return sum(row["count"] for row in groups if row["state"] in states)


def _by_rule(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_rule: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in groups:
        by_rule[row["rule"]].append(row)
    return [
        {
            "rule": rule,
            "severity": max((row["severity"] for row in rows), key=_GRAVITY.index),
            "findings": sum(row["count"] for row in rows),
            "confirmed": _count(rows, *CONFIRMED_STATES),
            "false_alarm": _count(rows, FindingState.FALSE_ALARM),
            "to_review": _count(rows, FindingState.TO_REVIEW),
        }
        for rule, rows in sorted(by_rule.items())
    ]


def _by_day(
    days: list[InspectionDay], findings: Mapping[date, int], covered: Mapping[int, float | None]
) -> list[dict[str, Any]]:
    by_day: dict[date, list[InspectionDay]] = defaultdict(list)
    for day in days:
        by_day[day.day].append(day)
    rows = []
    for when in sorted(by_day.keys() | findings.keys()):
        own = by_day.get(when, [])
        shares = [share for day in own if (share := covered.get(day.project_id)) is not None]
        rows.append(
            {
                "day": when,
                "insertions": sum(day.insertions for day in own),
                "median_dwell_s": dwell_median_s(_dwells(own)),
                "covered_pct": fmean(shares) if shares else None,
                "findings": findings.get(when, 0),
            }
        )
    return rows


def _backlog(findings: QuerySet[Finding]) -> dict[str, Any]:
    waiting = Q(state=FindingState.TO_REVIEW)
    return findings.aggregate(
        to_review=Count("pk", filter=waiting), oldest_at=Min("found_at", filter=waiting)
    )
