"""Which detector is the active one of its purpose: the gate decides, one click takes it back."""

from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.models import Role, User
from apps.common.errors import Conflict, Forbidden
from apps.detectors.models import Detector, DetectorState, Promotion, PromotionOutcome, Purpose
from apps.detectors.selectors.judging import comparison_make, evaluation_latest, gate_set_of


def detector_activate(detector: Detector, *, by: User, reason: str = "") -> Promotion:
    """Make it the active one if the gate lets it through, or if an administrator answers for it.

    Raises Conflict `detector_retired`, `detector_active`, `gate_set_missing`,
    `evaluation_missing` or `gate_refused`.
    """
    _refuse_retired(detector)
    if detector.active_for is not None:
        raise Conflict("It is the active one already.", code="detector_active")
    active = _active_of(detector.purpose)
    if active is None:
        return _switch(detector, None, outcome=PromotionOutcome.FIRST, by=by, reason=reason)
    try:
        comparison = gate_comparison(detector, active)
        refusal = None if comparison["passes"] else _refused(comparison)
    except Conflict as missing:
        comparison, refusal = None, missing
    if refusal is None:
        outcome = PromotionOutcome.PASSED
    elif not reason:
        raise refusal
    elif by.has_role(Role.ADMIN):
        outcome = PromotionOutcome.OVERRIDDEN
    else:
        raise Forbidden("Only an administrator may override the gate.", code="override_forbidden")
    return _switch(detector, active, outcome=outcome, by=by, reason=reason, comparison=comparison)


def gate_comparison(candidate: Detector, active: Detector) -> dict[str, Any]:
    """What the gate set of their purpose says about the two."""
    on = gate_set_of(candidate.purpose)
    if on is None:
        raise Conflict(
            "No evaluation set decides about this purpose: choose one.", code="gate_set_missing"
        )
    latest = {one.pk: evaluation_latest(one, on) for one in (candidate, active)}
    missing = [one for one in (candidate, active) if latest[one.pk] is None]
    of_candidate, of_active = latest[candidate.pk], latest[active.pk]
    if of_candidate is None or of_active is None:
        names = " and ".join(one.name for one in missing)
        raise Conflict(
            f"{names} must first be evaluated on “{on.name}”.",
            code="evaluation_missing",
            fields={"detectors": [one.pk for one in missing], "evaluation_set": [on.pk]},
        )
    return comparison_make(of_candidate, of_active)


def detector_back(detector: Detector, *, by: User) -> Promotion:
    """Put the one before it back in its place, as it was then.

    Raises Conflict `nothing_before`, `detector_retired` or `settings_changed`.
    """
    # A way back is not what brought it: that leads away from what was rejected.
    brought = Promotion.objects.filter(detector=detector).exclude(outcome=PromotionOutcome.BACK)
    made = brought.select_related("previous").first()
    previous = made.previous if made is not None else None
    if (
        detector.active_for is None
        or made is None
        or previous is None
        or previous.purpose != detector.purpose
        or _is_rejected(previous, since=made)
    ):
        raise Conflict("There is nothing to go back to.", code="nothing_before")
    _refuse_retired(previous)
    if made.previous_settings not in (None, previous.judged_settings):
        raise Conflict(
            f"{previous.name} has got other labels or another overlap since: it has to pass the "
            "gate.",
            code="settings_changed",
        )
    return _switch(previous, detector, outcome=PromotionOutcome.BACK, by=by)


def _is_rejected(detector: Detector, *, since: Promotion) -> bool:
    """Whether somebody went back from it later."""
    ways_back = Promotion.objects.filter(outcome=PromotionOutcome.BACK, previous=detector)
    return ways_back.filter(pk__gt=since.pk).exists()


def _switch(
    detector: Detector,
    previous: Detector | None,
    *,
    outcome: PromotionOutcome,
    by: User,
    reason: str = "",
    comparison: dict[str, Any] | None = None,
) -> Promotion:
    purpose = Purpose(detector.purpose)
    try:
        with transaction.atomic():
            # Only in the place of the one that was compared with.
            if previous is not None and not Detector.objects.filter(
                pk=previous.pk, active_for=purpose
            ).update(state=DetectorState.CANDIDATE, active_for=None):
                raise _changed()
            # Only as it was judged: see `detector_update`.
            usable = Detector.objects.filter(purpose=purpose).exclude(state=DetectorState.RETIRED)
            locked = usable.select_for_update().filter(pk=detector.pk).first()
            if locked is None or locked.judged_settings != detector.judged_settings:
                raise _changed()
            usable.filter(pk=detector.pk).update(state=DetectorState.ACTIVE, active_for=purpose)
            promotion = Promotion.objects.create(
                purpose=purpose,
                outcome=outcome,
                detector=detector,
                previous=previous,
                previous_settings=previous.judged_settings if previous else None,
                detector_name=detector.name,
                previous_name=previous.name if previous else "",
                comparison=comparison,
                reason=reason,
                by=by,
            )
    except IntegrityError as error:
        raise _changed() from error
    detector.refresh_from_db()
    return promotion


def _refuse_retired(detector: Detector) -> None:
    if detector.state == DetectorState.RETIRED:
        raise Conflict(f"{detector.name} is retired: restore it first.", code="detector_retired")


def _active_of(purpose: str) -> Detector | None:
    return Detector.objects.filter(active_for=Purpose(purpose)).first()


def _refused(comparison: dict[str, Any]) -> Conflict:
    rows = [comparison["overall"], *comparison["classes"]]
    worst = min(rows, key=lambda row: row["change"])
    message = (
        f"{worst['name']} would drop by {-worst['change']:.3f}; at most "
        f"{comparison['margin']:.3f} is allowed."
    )
    if lost := comparison["lost_labels"]:
        names = comparison["candidate"]["name"], comparison["active"]["name"]
        message = f"{names[0]} does not know {', '.join(lost)}, which {names[1]} finds."
    return Conflict(message, code="gate_refused", fields={"comparison": comparison})


def _changed() -> Conflict:
    return Conflict(
        "It was changed, or another detector has just become active: look again.",
        code="detector_active_changed",
    )
