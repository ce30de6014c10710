"""The labels of the domain, and what a detector that gives them is for."""

from collections.abc import Iterable

from apps.detectors.models import Purpose

DOMAIN_LABELS = (
    "worker", "vibrator_in", "vibrator_out", "helmet", "no_helmet", "vest", "no_vest",
)  # fmt: skip
_PURPOSES = (
    (Purpose.VIBRATION, {"vibrator_in", "vibrator_out"}),
    (Purpose.GEAR, {"helmet", "no_helmet", "vest", "no_vest"}),
    (Purpose.PEOPLE, {"worker", "person"}),
)


def purpose_of(labels: Iterable[str]) -> Purpose:
    """The narrowest purpose that a detector with these labels can serve."""
    given = set(labels)
    return next((purpose for purpose, of in _PURPOSES if given & of), Purpose.OTHER)
