"""Findings, and how often those of each rule were right."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from django.db.models import Count, QuerySet

from apps.common.errors import NotFound
from apps.inspection.models import CONFIRMED_STATES, Finding, FindingState
from apps.inspection.selectors.planes import planes_of
from apps.projects.models import Project
from workers.errors import WorkerError
from workers.vibration.calibration import Quality
from workers.vibration.pour_site import calibration_from_json

# Two-sided 95 % of the normal distribution.
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Precision:
    """What people said of the findings of a rule.

    Attributes:
        precision: the confirmed share of what was decided.
        interval_95: Wilson's score interval around it.
    """

    rule: str
    confirmed: int
    false_alarm: int
    to_review: int

    @property
    def precision(self) -> float | None:
        decided = self.confirmed + self.false_alarm
        return self.confirmed / decided if decided else None

    @property
    def interval_95(self) -> Sequence[float] | None:
        decided = self.confirmed + self.false_alarm
        return wilson_interval(self.confirmed, decided) if decided else None


def findings_of(project: Project) -> QuerySet[Finding]:
    """In order of time, with whoever reviewed them."""
    return project.findings.select_related("reviewed_by")


def finding_get(project: Project, id: int) -> Finding:
    finding = findings_of(project).filter(pk=id).first()
    if finding is None:
        raise NotFound("There is no such finding, or no longer.")
    return finding


def finding_calibration(finding: Finding) -> Quality | None:
    """Of the plane that its video was measured by; None where that fixes none."""
    if finding.video is None:
        return None
    points = planes_of(finding.video, finding.site_version).of(finding.lift or 0)
    if points is None:
        return None
    try:
        return calibration_from_json(points, "calibration").quality
    except WorkerError:
        return None


def precisions(project: Project) -> list[Precision]:
    """By rule, also from findings that a later computation no longer gives."""
    counts: dict[str, dict[str, int]] = {}
    rows = project.findings.order_by().values("rule", "state").annotate(count=Count("pk"))
    for row in rows:
        counts.setdefault(row["rule"], {})[row["state"]] = row["count"]
    return [
        Precision(
            rule=rule,
            confirmed=sum(states.get(state, 0) for state in CONFIRMED_STATES),
            false_alarm=states.get(FindingState.FALSE_ALARM, 0),
            to_review=states.get(FindingState.TO_REVIEW, 0),
        )
        for rule, states in sorted(counts.items())
    ]


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); holds for few trials too."""
    share = successes / trials
    z2 = Z_95**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z_95 / (1 + z2 / trials) * sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    low = middle - half if successes else 0.0
    high = middle + half if successes < trials else 1.0
    return low, high
