"""What a rule is given, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from workers.vibration.coverage import Coverage, DwellLimits
from workers.vibration.insertions import Insertion
from workers.vibration.observe import Observations
from workers.vibration.rules.table import RuleSpec, Severity
from workers.vibration.site import RuleSetting, Site


class Verdict(StrEnum):
    """How sure a finding is."""

    VIOLATION = "violation"
    TO_REVIEW = "to_review"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that was broken, or may have been.

    Attributes:
        value, limit: in `unit`.
        sigma: standard deviation of the value, where it is known.
        is_advisory: it rests on a radius of action that nobody has set.
        note: what to know when reviewing it.
        camera: name of the camera that saw it, where one alone did and there are several.
        pixel: where in its picture, for what has no place on the ground.
    """

    rule: str
    severity: Severity
    status: Verdict
    value: float
    limit: float
    unit: str
    sigma: float | None
    start_s: float
    end_s: float
    x_m: float | None
    y_m: float | None
    insertion_ids: tuple[int, ...]
    is_advisory: bool
    note: str
    camera: str = ""
    pixel: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about the whole result; part of the report's status.

    Attributes:
        code: stable name.
        rule: the rule that it is about, or None.
        subject: what it is about, where that has a name.
        reason: why the rule was not judged.
        camera: name of the camera that it is about, where there are several; its times are on
            that video's clock.
    """

    code: str
    message: str
    rule: str | None = None
    value: float | None = None
    limit: float | None = None
    unit: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    x_m: float | None = None
    y_m: float | None = None
    subject: str | None = None
    reason: str | None = None
    camera: str | None = None


@dataclass(frozen=True, slots=True)
class NotJudged:
    """Why a rule could not be judged: never the same as passed."""

    reason: str


Judgement = Sequence[Finding] | NotJudged


@dataclass(frozen=True, slots=True)
class Case:
    """All that one rule is judged on.

    Attributes:
        coverages: by lift; none without a calibration, a pour and a detector that sees pokers.
            What was left out is judged in these lifts.
    """

    spec: RuleSpec
    setting: RuleSetting
    site: Site
    seen: Observations
    coverages: Mapping[int, Coverage]
    limits: DwellLimits

    def number(self, name: str) -> float:
        """Return a parameter of the rule that has a value."""
        return self.setting.number(name)

    def is_set(self, name: str) -> bool:
        """Return whether a parameter has a value, or a switch is on."""
        value = self.setting.parameters[name]
        return value is not None and value is not False

    @property
    def placed(self) -> list[Insertion]:
        """Insertions whose place in metres can be trusted."""
        return [one for one in self.seen.insertions if one.is_placed]

    def lift_span(self, lift: int) -> tuple[float, float]:
        """Return when a lift was poured, as far as it was recorded."""
        # What came before the first one's start belongs to it too.
        edges_s = [-inf, *(one.start_s for one in self.site.lifts[1:]), inf]
        return max(edges_s[lift], self.seen.start_s), min(edges_s[lift + 1], self.seen.end_s)

    def knows_all(self, start_s: float, end_s: float) -> bool:
        """Return whether all insertions of a time are known with their places.

        None may have gone unnoticed while nobody looked, and none may be at a place unknown.
        """
        return self.seen.unseen_between(start_s, end_s) < self.limits.min_s and all(
            one.is_placed or one.end_s < start_s or one.start_s > end_s
            for one in self.seen.insertions
        )

    def knows_lift(self, lift: int) -> bool:
        """Return whether all insertions of a lift are known with their places."""
        return self.knows_all(*self.lift_span(lift))

    def finding(
        self, value: float, limit: float, unit: str, *, start_s: float, end_s: float,
        is_sure: bool, place: tuple[float, float] | None = None, sigma: float | None = None,
        insertions: Sequence[Insertion] = (), severity: Severity | None = None,
        rests_on_radius: bool = False, note: str = "", camera: str = "",
        pixel: tuple[float, float] | None = None,
    ) -> Finding:  # fmt: skip
        """Make a finding of this rule.

        Args:
            is_sure: it is a violation; otherwise it is to be reviewed, as are all lengths in a
                lift that has no plane of its own.
            severity: lower than the rule's own, where the case is not so grave.
            rests_on_radius: a radius that nobody set makes it advisory.
        """
        lifts = {one.lift for one in insertions} or {self.site.lift_index_at(start_s)}
        is_off_plane = self.spec.is_metric and not lifts.isdisjoint(self.seen.borrowed_lifts)
        is_advisory = rests_on_radius and not self.site.is_radius_given
        graded = self.setting.severity or severity or self.spec.severity
        return Finding(
            rule=self.spec.id,
            severity=Severity.INFO if is_advisory else graded,
            status=Verdict.VIOLATION if is_sure and not is_off_plane else Verdict.TO_REVIEW,
            value=value, limit=limit, unit=unit, sigma=sigma, start_s=start_s, end_s=end_s,
            x_m=None if place is None else place[0],
            y_m=None if place is None else place[1],
            insertion_ids=tuple(one.id for one in insertions),
            is_advisory=is_advisory,
            note=note, camera=camera, pixel=pixel,
        )  # fmt: skip

    def insertion_finding(
        self, insertion: Insertion, value: float, limit: float, unit: str, *, is_sure: bool,
        sigma: float | None = None, severity: Severity | None = None, note: str = "",
    ) -> Finding:  # fmt: skip
        """Make a finding about one insertion, at its place and time."""
        place = None if insertion.x_m is None else insertion.place
        return self.finding(
            value, limit, unit, start_s=insertion.start_s, end_s=insertion.end_s,
            is_sure=is_sure, place=place, sigma=sigma, insertions=[insertion],
            severity=severity, note=note,
        )  # fmt: skip


Judge = Callable[[Case], Judgement]
