"""When a new computation takes a finding away from what was said of it.

A verdict is about what was measured then. It is asked for again when the finding has become

- graver: its severity is higher;
- surer: it was to be reviewed, and is a violation now; or
- worse: it is further beyond its limit than what was reviewed, by more than twice its uncertainty
  and more than a tenth of the limit or of the reviewed value, whichever is larger.

What became milder keeps its verdict: nobody dismissed more than there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils import timezone

from apps.inspection.models import Finding, FindingReview, FindingState, Severity, Verdict
from apps.inspection.services.audit import audit

# Values below their limit break these; of all others, values above it.
AT_LEAST_RULES = frozenset({"V01", "V08", "V15"})
SLACK_SHARE = 0.1
SLACK_SIGMAS = 2.0
_GRAVITY = (Severity.STATUS, Severity.INFO, Severity.MINOR, Severity.MAJOR)


@dataclass(frozen=True, slots=True)
class Reopening:
    """A finding as it was read and as it is measured now."""

    before: Finding
    now: Finding

    @property
    def note(self) -> str:
        """Why, as the history keeps it; pages and reports know its pattern."""
        was, now = self.before.reviewed_as, measured_of(self.now)
        return (
            f"Measured anew: {_words(was)} -> {_words(now)}, limit {now['limit']:.4g}, "
            f"in {self.now.unit}."
        )


def measured_of(finding: Finding) -> dict[str, Any]:
    """What a verdict is about; kept with it."""
    return {
        "severity": str(finding.severity),
        "verdict": str(finding.verdict),
        "value": finding.value,
        "limit": finding.limit,
    }


def is_past_review(before: Finding, now: Finding) -> bool:
    """Whether what was said of a finding does not hold for what is measured now."""
    was = before.reviewed_as
    if before.state == FindingState.TO_REVIEW or not was:
        return False
    is_graver = _GRAVITY.index(Severity(now.severity)) > _GRAVITY.index(Severity(was["severity"]))
    is_surer = (was["verdict"], now.verdict) == (Verdict.TO_REVIEW, Verdict.VIOLATION)
    sign = -1.0 if now.rule in AT_LEAST_RULES else 1.0
    worse_by = sign * ((now.value - now.limit) - (was["value"] - was["limit"]))
    slack = max(
        SLACK_SIGMAS * (now.sigma or 0.0), SLACK_SHARE * max(abs(now.limit), abs(was["value"]))
    )
    return is_graver or is_surer or worse_by > slack


def findings_reopen(reopenings: Iterable[Reopening]) -> None:
    """Ask for a verdict again; the old one stays in the history. Call in the storing transaction.

    A finding that somebody reviewed since it was read keeps what they said.
    """
    for one in reopenings:
        before = one.before
        moved = Finding.objects.filter(pk=before.pk, revision=before.revision).update(
            state=FindingState.TO_REVIEW,
            revision=F("revision") + 1,
            reviewed_by=None,
            reviewed_at=timezone.now(),
            review_note=one.note,
            reviewed_as={},
        )
        if not moved:
            continue
        FindingReview.objects.create(
            finding=before, from_state=before.state, to_state=FindingState.TO_REVIEW, note=one.note
        )
        audit(
            before.project_id,
            by=None,
            action="finding_reopened",
            subject=f"finding {before.number}",
            rule=before.rule,
            was=before.reviewed_as,
            now=measured_of(one.now),
            **{"from": str(before.state), "to": str(FindingState.TO_REVIEW), "note": one.note},
        )


def _words(measured: dict[str, Any]) -> str:
    return f"{measured['value']:.4g} ({measured['severity']}, {measured['verdict']})"
