"""An inspection as it is shown: what was computed, what people have said since, how far it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from apps.inspection.models import Finding, FindingState, Inspection, Severity
from apps.inspection.selectors.clock import clock_of
from apps.inspection.selectors.planes import lifts_of
from apps.inspection.selectors.sites import site_version_get
from apps.jobs.models import Job, JobState
from apps.projects.models import Project

NO_STATE = "none"
NOT_JUDGED = "rule_not_judged"
MANUAL_CHECK = "manual_check"
NO_DWELL = {"insertions": 0, "valid_insertions": 0, "median_dwell_s": None}


@dataclass(frozen=True, slots=True)
class InspectionView:
    """The fields of the API's `Inspection`."""

    state: str
    error: dict[str, str] | None
    progress: float
    is_stale: bool
    is_final: bool
    run: int | None
    site_version: int
    computed_at: datetime | None
    report: dict[str, Any] | None
    kpis: dict[str, Any]
    judged_rules: list[str]
    not_judged: list[dict[str, str]]
    manual_checks: list[dict[str, str]]
    clock: dict[str, Any]
    lifts: list[dict[str, Any]]


def inspection_view(project: Project) -> InspectionView:
    inspection = Inspection.objects.select_related("job", "run").filter(project=project).first()
    if inspection is None:
        inspection = Inspection(project=project)
    version = site_version_get(project, inspection.site_version)
    report = inspection.report
    notes = report["status"] if report else []
    not_judged = [
        {"rule": note["rule"], "reason": note["reason"]}
        for note in notes
        if note["code"] == NOT_JUDGED
    ]
    return InspectionView(
        **_state(inspection.job),
        is_stale=inspection.is_stale,
        is_final=inspection.is_whole,
        run=inspection.run_id,
        site_version=inspection.site_version,
        computed_at=inspection.computed_at,
        report=report,
        kpis=_kpis(inspection),
        judged_rules=list(inspection.judged_rules),
        not_judged=not_judged,
        manual_checks=[{"code": note["subject"]} for note in notes if note["code"] == MANUAL_CHECK],
        clock=inspection.clock or clock_of(project).to_json(),
        lifts=[
            {"number": number, "name": names[0]}
            for number, names in enumerate(lifts_of(inspection, version))
        ],
    )


def _state(job: Job | None) -> dict[str, Any]:
    if job is None:
        return {"state": NO_STATE, "error": None, "progress": 0.0}
    failed = job.state == JobState.FAILED
    error = {"code": job.error_code, "message": job.error_message} if failed else None
    return {"state": job.state, "error": error, "progress": job.progress}


def _kpis(inspection: Inspection) -> dict[str, Any]:
    coverage = (inspection.report or {}).get("coverage", {})
    rows = (
        Finding.objects.filter(project=inspection.project_id, is_current=True)
        .order_by()
        .values("severity", "state")
        .annotate(count=Count("pk"))
    )
    counts: dict[str, int] = dict.fromkeys(Severity.values, 0)
    to_review = 0
    for row in rows:
        if row["state"] != FindingState.FALSE_ALARM:
            counts[row["severity"]] += row["count"]
        if row["state"] == FindingState.TO_REVIEW:
            to_review += row["count"]
    return {
        **NO_DWELL,
        **inspection.dwell,
        "covered_pct": coverage.get("covered_pct"),
        "uncovered_m2": coverage.get("uncovered_m2"),
        "unobservable_pct": coverage.get("unobservable_pct"),
        "findings_by_severity": counts,
        "to_review": to_review,
    }
