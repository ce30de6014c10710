"""Everything that a report says, as data: the same input gives the same report."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from workers.errors import WorkerError
from workers.plan.model import Plan

T = TypeVar("T")


class ReportError(WorkerError):
    """A report cannot be made of what was given."""


@dataclass(frozen=True, slots=True)
class Header:
    """What people type: the fields of the supervision record (GB/T 50319-2013, table A.0.6)."""

    project_code: str = ""
    part: str = ""
    contractor: str = ""
    supervisor: str = ""
    lift: str = ""
    mix: str = ""
    poker: str = ""
    weather: str = ""
    process_notes: str = ""
    problems_handled: str = ""


@dataclass(frozen=True, slots=True)
class VideoRow:
    """A video of the pour; `offset_s` is the pour's time at its first frame."""

    name: str
    sha256: str
    duration_s: float
    offset_s: float
    starts_at: str | None
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """The analysis that the result rests on.

    Attributes:
        poker_model: `trained` on real sites, `simulated` if on rendered pours only, `none` if the
            detector does not know pokers.
    """

    id: int
    detector: str
    kind: str
    poker_model: str
    digest: str
    fps: float | None
    score_threshold: float
    frames: int
    code_version: str
    finished_at: str | None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as this site has it; `reason` says why it was not judged."""

    id: str
    parameters: Mapping[str, float]
    is_judged: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """How well a camera knows the ground; lengths in metres."""

    video: str
    lift: str
    grade: str
    points: int
    check_points: int
    rmse_px: float
    rmse_m: float
    max_m: float
    leave_one_out_m: float | None
    check_m: float | None


@dataclass(frozen=True, slots=True)
class CameraRow:
    """How much a camera moved against its calibrated picture."""

    video: str
    measured: int
    worst_px: float | None
    lost: int


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """The areas of one lift."""

    lift: str
    covered_pct: float | None
    covered_tolerant_pct: float | None
    uncovered_m2: float | None
    largest_hole_m2: float | None
    unobservable_pct: float | None
    sigma_m: float | None
    area_m2: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class InsertionRow:
    """One insertion; `start_s` is on the clock of the pour.

    Attributes:
        effective_s: what counts of `duration_s`: without the withdrawal, where the site has a
            depth of insertion.
    """

    number: int
    video: str
    lift: str
    start_s: float
    end_s: float
    starts_at: str | None
    duration_s: float
    effective_s: float
    duration_sigma_s: float
    x_m: float | None
    y_m: float | None
    sigma_m: float | None
    observed_ratio: float
    grade: str
    origin: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of evidence and its digest."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding with its review.

    Attributes:
        start_s, end_s: on the clock of the video, `pour_start_s` on that of the pour.
        still: path of the picture to print, or none.
    """

    number: int
    rule: str
    severity: str
    verdict: str
    state: str
    value: float
    limit: float
    unit: str
    sigma: float | None
    is_advisory: bool
    note: str
    video: str | None
    start_s: float
    end_s: float
    pour_start_s: float
    starts_at: str | None
    x_m: float | None
    y_m: float | None
    lift: str | None
    insertion_numbers: tuple[int, ...]
    reviewed_by: str | None
    reviewed_at: str | None
    review_note: str
    still: str | None
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class NoteRow:
    """Something to know about the whole result."""

    code: str
    message: str
    rule: str | None
    value: float | None
    limit: float | None
    unit: str | None
    start_s: float | None
    end_s: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The row of numbers on the first page; `unobserved_s` is time that no camera saw."""

    insertions: int
    valid_insertions: int
    median_dwell_s: float | None
    covered_pct: float | None
    uncovered_m2: float | None
    unobservable_pct: float | None
    unobserved_s: float | None
    findings_by_severity: Mapping[str, int]
    to_review: int


@dataclass(frozen=True, slots=True)
class ReportInput:
    """The record of one pour.

    Attributes:
        made_at: when the report was asked for; nothing in a report reads a clock.
        is_final: False while not all has been analysed.
    """

    project: str
    description: str
    header: Header
    made_at: str
    made_by: str
    computed_at: str | None
    is_final: bool
    starts_at: str | None
    ends_at: str | None
    duration_s: float
    site_version: int
    site_sha256: str
    profile: str
    radius_m: float
    is_radius_given: bool
    poker: str
    run: RunRow | None
    figures: Figures
    videos: tuple[VideoRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    calibrations: tuple[CalibrationRow, ...] = ()
    cameras: tuple[CameraRow, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()
    plans: tuple[Plan, ...] = ()
    insertions: tuple[InsertionRow, ...] = ()
    findings: tuple[FindingRow, ...] = ()
    notes: tuple[NoteRow, ...] = ()
    manual_checks: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: object) -> "ReportInput":
        """Read a report's input.

        Raises:
            ReportError: it is something else; the message names the place.
        """
        return _read(cls, data, "report")


def _read(kind: type[T], data: object, where: str) -> T:
    if not isinstance(data, Mapping):
        raise ReportError("report_invalid", f"{where}: expected an object.")
    hints = get_type_hints(kind)
    values = {}
    for one in fields(kind):  # type: ignore[arg-type]
        if one.name in data:
            values[one.name] = _value(hints[one.name], data[one.name], f"{where}.{one.name}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ReportError("report_invalid", f"{where}: {error}.") from error


def _value(hint: Any, value: object, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _value(arguments[0], value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise ReportError("report_invalid", f"{where}: expected a list.")
        return tuple(_value(arguments[0], one, f"{where}[{i}]") for i, one in enumerate(value))
    if hint is Plan and isinstance(value, Mapping):
        return Plan.from_json(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return _read(hint, value, where)
    if origin is not None:
        hint = dict
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint):
        raise ReportError("report_invalid", f"{where}: expected {hint.__name__}.")
    return value
