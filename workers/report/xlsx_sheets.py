"""What the sheets of the workbook hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10

from workers.report.caveats import caveats
from workers.report.document import FindingRow, InsertionRow, ReportInput
from workers.report.ranking import SEVERITIES
from workers.report.texts import PPE_RULES, Texts, clock
from workers.report.words import DISCLAIMERS
from workers.vibration.rules.table import RULE_SPECS


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is shown rounded; the cell keeps all of it."""

    value: float | None
    format: str


Cell = str | int | Figure | None
Row = Sequence[Cell]


def _fixed(value: float | None, digits: int) -> Figure:
    return Figure(value, f"0.{'0' * digits}" if digits else "0")


def _measured(value: float | None) -> Figure:
    """Three digits, whatever the unit is."""
    digits = 3 if value is None or value == 0.0 else 2 - floor(log10(abs(value)))
    return _fixed(value, min(max(digits, 0), 4))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; widths in characters."""

    title: str
    head: Row
    rows: Iterable[Row]
    widths: Sequence[float]


def sheets(report: ReportInput, texts: Texts) -> list[Sheet]:
    """Return all sheets in their order."""
    ppe = [one for one in report.findings if one.rule in PPE_RULES]
    return [
        Sheet(texts["summary_sheet"], (), _summary(report, texts), (26, 60, 66)),
        Sheet(
            texts["insertion_sheet"],
            _names(
                texts, "number", "x", "y", "layer", "start", "end", "wall_time", "duration",
                "effective", "grade", "sigma", "sigma_s", "observed", "origin", "flags", "video",
            ),
            (_insertion(one, texts) for one in report.insertions),
            (7, 9, 9, 7, 12, 12, 27, 12, 12, 10, 9, 9, 9, 10, 18, 24),
        ),
        _finding_sheet(texts["finding_sheet"], report.findings, texts),
        _coverage_sheet(report, texts),
        _finding_sheet(texts["ppe_sheet"], ppe, texts)
        if ppe
        else Sheet(texts["ppe_sheet"], (), _no_ppe(report, texts), (60, 60)),
        Sheet(
            texts["camera_sheet"],
            (),
            _cameras(report, texts),
            (28, 22, 14, 14, 12, 12, 12, 16, 16),
        ),
        Sheet(texts["sign_sheet"], (), _signs(report, texts), (44, 34, 24)),
    ]  # fmt: skip


def _names(texts: Texts, *names: str) -> list[str]:
    return [texts[name] for name in names]


def _summary(report: ReportInput, texts: Texts) -> Iterable[Row]:
    figures, header = report.figures, report.header
    yield (texts["title"],)
    for one in caveats(report, texts):
        yield (one,)
    yield (texts["project"], report.project)
    yield (texts["description"], report.description)
    for name in (
        "project_code", "part", "contractor", "supervisor", "lift", "mix", "poker", "weather",
        "process_notes", "problems_handled",
    ):  # fmt: skip
        yield texts[name], getattr(header, name)
    yield texts["started"], texts.moment(report.starts_at)
    yield texts["ended"], texts.moment(report.ends_at)
    note = "" if report.is_radius_given else texts["radius_default"]
    yield texts["radius"], _fixed(report.radius_m, 2), note
    yield ()
    yield texts["insertions"], figures.insertions
    yield texts["valid"], figures.valid_insertions
    yield f"{texts['median']} (s)", _fixed(figures.median_dwell_s, 1)
    yield texts["covered_pct"], _fixed(figures.covered_pct, 1)
    yield texts["uncovered_m2"], _fixed(figures.uncovered_m2, 2)
    yield texts["unobservable_pct"], _fixed(figures.unobservable_pct, 1)
    unobserved_s = figures.unobserved_s
    yield texts["unobserved_min"], _fixed(None if unobserved_s is None else unobserved_s / 60.0, 1)
    for severity in SEVERITIES:
        count = figures.findings_by_severity.get(severity, 0)
        yield f"{texts['findings']}: {texts.term(severity)}", count
    yield texts["to_review_count"], figures.to_review
    yield ()
    yield texts["profile"], report.profile
    yield texts["site"], f"v{report.site_version}", report.site_sha256
    if report.run is not None:
        yield texts["detector"], report.run.detector, report.run.digest
        yield texts["run"], report.run.id, report.run.code_version
    for video in report.videos:
        yield texts["video"], video.name, video.sha256
    yield texts["computed"], texts.moment(report.computed_at)
    yield texts["made"], texts.moment(report.made_at), report.made_by
    yield ()
    for one in DISCLAIMERS[texts.language]:
        yield "", one


def _insertion(one: InsertionRow, texts: Texts) -> Row:
    return (
        one.number, _fixed(one.x_m, 2), _fixed(one.y_m, 2), one.lift, clock(one.start_s),
        clock(one.end_s), texts.moment(one.starts_at), _fixed(one.duration_s, 1),
        _fixed(one.effective_s, 1), texts.term(one.grade), _fixed(one.sigma_m, 2),
        _fixed(one.duration_sigma_s, 1), Figure(one.observed_ratio, "0%"),
        texts.term(one.origin), texts.terms(one.flags), one.video,
    )  # fmt: skip


def _finding_sheet(title: str, findings: Sequence[FindingRow], texts: Texts) -> Sheet:
    head = _names(
        texts, "number", "rule", "severity", "verdict", "state", "value", "limit", "sigma_s",
        "video", "start", "end", "wall_time", "x", "y", "layer", "points", "basis_short", "trust",
        "note", "review", "evidence",
    )  # fmt: skip
    head[7] = "σ"
    widths = (7, 22, 9, 10, 14, 12, 12, 8, 24, 12, 12, 27, 9, 9, 7, 12, 40, 8, 24, 40, 70)
    return Sheet(title, head, (_finding(one, texts) for one in findings), widths)


def _finding(one: FindingRow, texts: Texts) -> Row:
    spec = RULE_SPECS.get(one.rule)
    return (
        one.number, texts.rule(one.rule), texts.term(one.severity), texts.verdict(one),
        texts.mark(one) or texts.term(one.state), texts.measured(one.value, one.unit),
        texts.measured(one.limit, one.unit), _measured(one.sigma), one.video or "",
        clock(one.start_s), clock(one.end_s), texts.moment(one.starts_at), _fixed(one.x_m, 2),
        _fixed(one.y_m, 2), one.lift or "", ", ".join(map(str, one.insertion_numbers)),
        texts.basis(one.rule), spec.trust if spec else "", texts.sentence(one.note),
        texts.review(one), "\n".join(f"{file.name} {file.sha256}" for file in one.files),
    )  # fmt: skip


def _no_ppe(report: ReportInput, texts: Texts) -> Iterable[Row]:
    """Say that nothing was found only where somebody looked."""
    unjudged = [one for one in report.rules if one.id in PPE_RULES and not one.is_judged]
    for rule in unjudged:
        yield texts.rule(rule.id), f"{texts['not_judged']}: {texts.sentence(rule.reason)}"
    if len(unjudged) < len(PPE_RULES):
        yield (texts["ppe_none"],)


def _coverage_sheet(report: ReportInput, texts: Texts) -> Sheet:
    cells = ("missed", "short", "good", "over", "unobservable")
    head = _names(
        texts, "layer", "covered_pct", "tolerant_pct", "uncovered_m2", "largest_hole",
        "unobservable_pct", "sigma",
    )  # fmt: skip
    head += [f"{texts.term(cell)} (m²)" for cell in cells]
    rows: list[Row] = [
        (
            one.lift, _fixed(one.covered_pct, 1), _fixed(one.covered_tolerant_pct, 1),
            _fixed(one.uncovered_m2, 2), _fixed(one.largest_hole_m2, 2),
            _fixed(one.unobservable_pct, 1), _fixed(one.sigma_m, 2),
            *(_fixed(one.area_m2.get(cell), 2) for cell in cells),
        )
        for one in report.coverage
    ]  # fmt: skip
    return Sheet(texts["coverage_sheet"], head, rows or [(texts["no_map"],)], (14,) * 12)


def _cameras(report: ReportInput, texts: Texts) -> Iterable[Row]:
    yield _names(
        texts, "video", "layer", "grade", "point_count", "rmse_px", "rmse_m", "max_m", "loo_m",
        "check_m",
    )  # fmt: skip
    for one in report.calibrations:
        yield (
            one.video, one.lift, texts.term(one.grade), f"{one.points} / {one.check_points}",
            _fixed(one.rmse_px, 2), _fixed(one.rmse_m, 3), _fixed(one.max_m, 3),
            _fixed(one.leave_one_out_m, 3), _fixed(one.check_m, 3),
        )  # fmt: skip
    if not report.calibrations:
        yield (texts["no_calibration"],)
    yield ()
    yield _names(texts, "video", "measured", "worst_px", "lost")
    for camera in report.cameras:
        yield camera.video, camera.measured, _fixed(camera.worst_px, 1), camera.lost
    yield ()
    yield _names(texts, "rule", "message", "value", "limit", "time")
    for note in report.notes:
        time = None if note.start_s is None else clock(note.start_s)
        value, limit = (
            "" if one is None else texts.measured(one, note.unit or "")
            for one in (note.value, note.limit)
        )
        yield note.rule, texts.note(note), value, limit, time
    yield ()
    yield _names(texts, "rule", "parameters", "judged", "reason")
    for rule in report.rules:
        reason = texts.sentence(rule.reason)
        yield texts.rule(rule.id), texts.parameters(rule), texts.judged(rule), reason


def _signs(report: ReportInput, texts: Texts) -> Iterable[Row]:
    yield texts["manual"], texts["checked"], texts["checker"]
    for check in report.manual_checks:
        yield texts.term(check), "", ""
    yield ()
    yield texts["signatures"], "", texts["date"]
    for name in ("contractor_sign", "supervisor_sign", "reviewer_sign"):
        yield texts[name], "", ""
