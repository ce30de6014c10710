"""How the poker was moved: V05, V06, V07."""

from math import sqrt

from workers.vibration.events import CONFIRM_RATIO
from workers.vibration.rules.case import Case, Finding, Judgement, NotJudged


def dragged(case: Case) -> list[Finding]:
    """V05: pulled through the concrete while running."""
    path_min_m, time_min_s = case.number("path_min_m"), case.number("time_min_s")
    findings = []
    for drag in case.seen.drags:
        elapsed_s = drag.end_s - drag.start_s + case.seen.interval_s
        if (
            drag.path_m <= path_min_m
            or drag.speed_m_s <= case.number("speed_min_m_s")
            or elapsed_s < time_min_s
            or drag.observed_ratio < CONFIRM_RATIO
        ):
            continue
        # Both ends of the path are uncertain.
        sigma = sqrt(2.0) * (drag.sigma_m or 0.0)
        findings.append(
            case.finding(
                drag.path_m, path_min_m, "m", sigma=sigma,
                is_sure=drag.path_m > path_min_m + 2.0 * sigma,
                start_s=drag.start_s, end_s=drag.end_s, place=(drag.x, drag.y),
                camera=drag.camera,
            )
        )  # fmt: skip
    return findings


def fast_withdrawal(case: Case) -> Judgement:
    """V06: pulled out so fast that the hole does not close."""
    limit = case.number("speed_max_m_s")
    measured = [one for one in case.seen.insertions if one.withdrawal_m_s is not None]
    if not measured:
        return NotJudged("the speed of the rod was not measured; boxes do not show it")
    return [
        case.insertion_finding(one, one.withdrawal_m_s, limit, "m/s", is_sure=True)
        for one in measured
        if one.withdrawal_m_s is not None and one.withdrawal_m_s > limit
    ]


def tilted(case: Case) -> Judgement:
    """V07: the rod was not upright."""
    limit = case.number("tilt_max_deg")
    measured = [one for one in case.seen.insertions if one.tilt_deg is not None]
    if not measured:
        return NotJudged("the tilt of the rod was not measured; boxes do not show it")
    return [
        case.insertion_finding(one, one.tilt_deg, limit, "deg", is_sure=True)
        for one in measured
        if one.tilt_deg is not None and one.tilt_deg > limit
    ]
