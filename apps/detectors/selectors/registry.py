"""Detectors, found by whoever may use them: all of them by everybody."""

from pathlib import Path

from django.db.models import Q, QuerySet

from apps.common.errors import Invalid, NotFound
from apps.detectors.models import Detector, DetectorState, Purpose
from apps.detectors.storage import detector_path


def detectors_all() -> QuerySet[Detector]:
    return Detector.objects.all()


def detector_get(id: int) -> Detector:
    detector = Detector.objects.select_related("created_by").filter(pk=id).first()
    if detector is None:
        raise NotFound("There is no such detector.")
    return detector


def detector_find(reference: str) -> Detector:
    """The detector with this name, or with this id."""
    query = Q(name=reference)
    if reference.isascii() and reference.isdigit() and len(reference) < 19:
        query |= Q(pk=int(reference))
    # A name made of digits goes before an id.
    found = sorted(Detector.objects.filter(query), key=lambda detector: detector.name != reference)
    if not found:
        message = f"There is no detector {reference!r}."
        raise Invalid(message, code="detector_unknown", fields={"detector": [message]})
    return found[0]


def starter_get() -> Detector | None:
    """The newest detector for pours that came with the program and may be used."""
    shipped = Detector.objects.filter(is_shipped=True, purpose=Purpose.VIBRATION)
    return shipped.exclude(state=DetectorState.RETIRED).order_by("pk").last()


def detector_file(detector: Detector) -> Path | None:
    """Where its weights lie; None for a kind that needs none."""
    return detector_path(detector.file) if detector.file else None
