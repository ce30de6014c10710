"""Reading the registry of detectors."""

from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.common.errors import Invalid
from apps.detectors.models import Detector


def detectors_all() -> QuerySet[Detector]:
    return Detector.objects.all()


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


def detector_file(detector: Detector) -> Path | None:
    """Where its weights lie; None for a kind that needs none."""
    return settings.DETECTOR_ROOT / detector.file if detector.file else None
