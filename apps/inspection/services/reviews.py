"""What people say of findings: by the table of moves, and never past one another."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import Conflict, Invalid
from apps.inspection.models import REVIEW_MOVES, Finding, FindingReview, FindingState
from apps.inspection.services.audit import audit
from apps.inspection.services.reopening import measured_of
from apps.inspection.services.telling import finding_changed, inspection_changed


def finding_review(finding: Finding, *, by: User, state: str, note: str, revision: int) -> Finding:
    """Move a finding to a state, if it is still as the reviewer saw it."""
    if state == FindingState.FALSE_ALARM and not note:
        message = "Say why it is a false alarm."
        raise Invalid(message, code="note_required", fields={"note": [message]})
    with transaction.atomic():
        before = FindingState(finding.state)
        if finding.revision != revision:
            raise _changed()
        if FindingState(state) not in REVIEW_MOVES[before]:
            raise Conflict(
                f"A finding cannot go from {before} to {state}.", code="review_not_allowed"
            )
        moved = Finding.objects.filter(pk=finding.pk, revision=revision).update(
            state=state,
            revision=F("revision") + 1,
            reviewed_by=by,
            reviewed_at=timezone.now(),
            review_note=note,
            reviewed_as=measured_of(finding),
        )
        if not moved:
            raise _changed()
        FindingReview.objects.create(
            finding=finding, from_state=before, to_state=state, note=note, by=by
        )
        audit(
            finding.project_id,
            by=by,
            action="finding_reviewed",
            subject=f"finding {finding.number}",
            rule=finding.rule,
            **{"from": str(before), "to": state, "note": note},
        )
    finding = Finding.objects.select_related("reviewed_by").get(pk=finding.pk)
    finding_changed(finding)
    inspection_changed(finding.project_id)
    return finding


def _changed() -> Conflict:
    return Conflict("Somebody else reviewed it meanwhile.", code="finding_changed")
