"""The evidence of findings as the API shows it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from apps.common.errors import NotFound
from apps.evidence.models import FindingEvidence, Report
from apps.inspection.models import Finding
from apps.jobs.models import ACTIVE_STATES, JobState
from apps.projects.models import Project

NONE, PREPARING, READY, FAILED = "none", "preparing", "ready", "failed"


def evidence_of(findings: Sequence[Finding]) -> dict[int, dict[str, Any]]:
    """What there is, by finding, in one query."""
    rows = FindingEvidence.objects.filter(finding__in=findings).select_related("job", "finding")
    return {row.finding_id: evidence_data(row) for row in rows}


def evidence_data(row: FindingEvidence) -> dict[str, Any]:
    """The fields of the API's `evidence`."""
    address = f"/api/v1/projects/{row.finding.project_id}/findings/{row.finding_id}/evidence/"
    # The digest tells a browser's cache that a file was made again.
    files = [{**one, "url": f"{address}{one['name']}?v={one['sha256'][:12]}"} for one in row.files]
    return {"state": _state(row), "files": files}


def _state(row: FindingEvidence) -> str:
    if row.job is not None and row.job.state in ACTIVE_STATES:
        return PREPARING
    if row.files:
        return READY
    return FAILED if row.job is not None and row.job.state == JobState.FAILED else NONE


def evidence_file(finding: Finding, name: str) -> dict[str, Any]:
    """The facts of one file. Raises NotFound."""
    row = FindingEvidence.objects.filter(finding=finding).first()
    files: Iterable[dict[str, Any]] = row.files if row else []
    found = next((one for one in files if one["name"] == name), None)
    if found is None:
        raise NotFound("There is no such file of this finding (yet).")
    return found


def reports_of(project: Project) -> QuerySet[Report]:
    """Newest first."""
    return project.reports.select_related("job", "created_by")
