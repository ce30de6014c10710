"""How long the poker stayed: V01, V02."""

from collections.abc import Sequence
from math import hypot

from workers.vibration.insertions import Flag, Insertion
from workers.vibration.rules.case import Case, Finding
from workers.vibration.rules.table import Severity
from workers.vibration.stays import SAME_PLACE_M

SIGHTINGS_MIN = 5
"""A stay seen in fewer frames may be an error of the detector."""
CONTINUED_S = 10.0
NEIGHBOURS = 20
"""No more insertions than this begin within `CONTINUED_S`."""


def under_vibrated(case: Case) -> list[Finding]:
    """V01: too short.

    To be reviewed near the limit, when not all of it was seen, when hardly any of it was, or
    when the poker was back in the same place soon: then the point may have had enough.
    """
    limit = case.number("dwell_min_s")
    near_s = max(case.number("near_s"), case.seen.interval_s)
    has_hard_limit = case.site.profile == "ACI" or case.is_set("method_statement")
    findings = []
    for index, one in enumerate(case.seen.insertions):
        value = case.limits.effective_s(one)
        if value > limit + near_s:
            continue
        doubt = _doubt(one, case.seen.insertions[max(0, index - NEIGHBOURS) : index + NEIGHBOURS])
        is_hard = has_hard_limit and value < case.number("hard_min_s")
        findings.append(
            case.insertion_finding(
                one, value, limit, "s",
                is_sure=value < limit - max(near_s, 2.0 * one.duration_sigma_s) and not doubt,
                sigma=one.duration_sigma_s,
                severity=Severity.MAJOR if is_hard else Severity.MINOR,
                note=doubt,
            )
        )  # fmt: skip
    return findings


def _doubt(insertion: Insertion, around: Sequence[Insertion]) -> str:
    """Return why a short stay may have been none, or nothing.

    Args:
        around: insertions at about that time.
    """
    if Flag.MANUAL in insertion.flags:
        return ""
    if not insertion.is_judgeable:
        return "not all of it could be seen"
    if insertion.sightings < SIGHTINGS_MIN:
        return "seen in very few frames"
    if insertion.x_m is None:
        return ""
    x, y = insertion.place
    for one in around:
        if one is insertion or one.x_m is None:
            continue
        gap_s = max(one.start_s - insertion.end_s, insertion.start_s - one.end_s)
        distance_m = hypot(one.place[0] - x, one.place[1] - y)
        if gap_s < CONTINUED_S and distance_m < SAME_PLACE_M:
            return "the poker was in this place again within seconds"
    return ""


def over_vibrated(case: Case) -> list[Finding]:
    """V02: too long, by the time that V01 and the map count too.

    A stay of which the end was not seen is at least so long.
    """
    limit = case.number("dwell_max_s")
    near_s = max(case.number("near_s"), case.seen.interval_s)
    findings = []
    for one in case.seen.insertions:
        value = case.limits.effective_s(one)
        if value < limit - near_s:
            continue
        is_hard = case.is_set("method_statement") and value > case.number("hard_max_s")
        findings.append(
            case.insertion_finding(
                one, value, limit, "s",
                is_sure=value > limit + max(near_s, 2.0 * one.duration_sigma_s)
                and Flag.LOW_OBSERVATION not in one.flags,
                sigma=one.duration_sigma_s,
                severity=Severity.MAJOR if is_hard else Severity.MINOR,
            )
        )  # fmt: skip
    return findings
