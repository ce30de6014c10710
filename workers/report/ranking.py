"""Which findings come first: in the cards of a record, and of which pictures are made unasked."""

from typing import Protocol

SEVERITIES = ("major", "minor", "info", "status")
_OPEN = "to_review"


class Ranked(Protocol):
    """What a finding is ranked by."""

    @property
    def state(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def pour_start_s(self) -> float: ...
    @property
    def number(self) -> int: ...


def finding_rank(one: Ranked) -> tuple[bool, bool, int, float, int]:
    """Return a key that sorts violations before what a person has to decide, then by severity.

    What a person has confirmed is a violation whatever was measured. False alarms come last.
    """
    is_open = one.verdict == _OPEN and one.state == _OPEN
    grave = SEVERITIES.index(one.severity) if one.severity in SEVERITIES else len(SEVERITIES)
    return one.state == "false_alarm", is_open, grave, one.pour_start_s, one.number
