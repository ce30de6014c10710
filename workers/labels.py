"""Labels that mean the same in what was labelled, in detectors and in the rules."""

from collections.abc import Collection

PERSON_LABELS = frozenset({"worker", "person"})
"""On a site whoever is there is a worker; detectors of other makers say person."""


def known_as(label: str, names: Collection[str]) -> str | None:
    """Return what a label is called among other names: itself, or the other word for a person.

    >>> known_as("person", ["worker", "vest"])
    'worker'
    >>> known_as("shovel", ["worker", "vest"]) is None
    True
    """
    if label in names:
        return label
    if label in PERSON_LABELS:
        return next((name for name in sorted(PERSON_LABELS) if name in names), None)
    return None
