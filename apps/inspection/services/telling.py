"""What the project's open pages hear of an inspection and its findings."""

from apps.inspection.models import Finding, FindingState, Insertion, Inspection
from apps.jobs.models import JobState
from apps.live.services import event_send


def inspection_changed(project_id: int) -> None:
    """Tell how far the inspection is and how much it holds now."""
    inspection = Inspection.objects.select_related("job").filter(project=project_id).first()
    if inspection is None:
        return
    findings = Finding.objects.filter(project=project_id, is_current=True)
    event_send(
        project_id,
        "state",
        {
            "inspection": {
                "state": JobState(inspection.job.state) if inspection.job else None,
                "computed_at": inspection.computed_at,
                "insertions": Insertion.objects.filter(project=project_id).count(),
                "findings": findings.count(),
                "to_review": findings.filter(state=FindingState.TO_REVIEW).count(),
            }
        },
    )


def finding_changed(finding: Finding) -> None:
    """Tell that somebody reviewed a finding."""
    event_send(
        finding.project_id,
        "finding",
        {
            "finding": finding.pk,
            "rule": finding.rule,
            "severity": finding.severity,
            "state": finding.state,
        },
    )
