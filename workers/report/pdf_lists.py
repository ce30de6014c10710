"""The part of the PDF that has everything: findings, insertions, cameras, rules, versions."""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from workers.report.document import ReportInput
from workers.report.pdf_style import SMALL, heading, long_table, table, text, wrapped
from workers.report.pdf_summary import WIDTH
from workers.report.texts import Texts, clock
from workers.vibration.rules.table import RULE_SPECS


def lists(report: ReportInput, texts: Texts) -> list[Flowable]:
    """Return the annex."""
    return [
        *_findings(report, texts),
        *_coverage(report, texts),
        *_insertions(report, texts),
        *_health(report, texts),
        *_rules(report, texts),
        *_versions(report, texts),
    ]


def _widths(*shares: float) -> list[float]:
    return [WIDTH * share / sum(shares) for share in shares]


def _findings(report: ReportInput, texts: Texts) -> list[Flowable]:
    if not report.findings:
        return []
    rows = [
        [texts[name] for name in ("number", "rule", "severity", "state", "value", "limit",
                                  "start", "video", "place", "points")]
    ]  # fmt: skip
    for one in report.findings:
        rows.append(
            [
                str(one.number),
                texts.rule(one.rule),
                texts.term(one.severity),
                texts.term(one.state),
                texts.measured(one.value, one.unit),
                texts.measured(one.limit, one.unit),
                clock(one.start_s),
                one.video or texts["none"],
                texts.place(one.x_m, one.y_m),
                ", ".join(map(str, one.insertion_numbers)),
            ]
        )
    widths = _widths(5, 22, 7, 11, 9, 8, 9, 10, 10, 9)
    return [*heading(texts["finding_list"]), long_table(rows, widths)]


def _coverage(report: ReportInput, texts: Texts) -> list[Flowable]:
    if not report.coverage:
        return []
    names = ("layer", "covered_pct", "tolerant_pct", "uncovered_m2", "largest_hole",
             "unobservable_pct", "sigma")  # fmt: skip
    rows = [[texts[name] for name in names]]
    for one in report.coverage:
        rows.append(
            [
                one.lift,
                texts.number(one.covered_pct, 1),
                texts.number(one.covered_tolerant_pct, 1),
                texts.number(one.uncovered_m2),
                texts.number(one.largest_hole_m2),
                texts.number(one.unobservable_pct, 1),
                texts.number(one.sigma_m),
            ]
        )
    return [*heading(texts["coverage"]), table(wrapped(rows), _widths(*[1] * 7))]


def _insertions(report: ReportInput, texts: Texts) -> list[Flowable]:
    head = heading(texts["insertion_list"])
    if not report.insertions:
        return [*head, text(texts["no_insertions"])]
    names = ("number", "x", "y", "sigma", "layer", "start", "end", "duration", "effective",
             "sigma_s", "observed", "grade", "origin", "flags")  # fmt: skip
    rows = [[texts[name] for name in names]]
    for one in report.insertions:
        rows.append(
            [
                str(one.number),
                texts.number(one.x_m),
                texts.number(one.y_m),
                texts.number(one.sigma_m),
                one.lift,
                clock(one.start_s),
                clock(one.end_s),
                texts.number(one.duration_s, 1),
                texts.number(one.effective_s, 1),
                texts.number(one.duration_sigma_s, 1),
                f"{one.observed_ratio:.0%}",
                texts.term(one.grade),
                texts.term(one.origin),
                texts.terms(one.flags),
            ]
        )
    return [
        *head,
        long_table(rows, _widths(24, 27, 27, 40, 20, 37, 37, 36, 46, 37, 39, 38, 40, 56)),
    ]


def _health(report: ReportInput, texts: Texts) -> list[Flowable]:
    story = heading(texts["health"])
    if report.calibrations:
        names = ("video", "layer", "grade", "point_count", "rmse_px", "rmse_m", "max_m",
                 "loo_m", "check_m")  # fmt: skip
        rows = [[texts[name] for name in names]]
        for one in report.calibrations:
            rows.append(
                [
                    one.video,
                    one.lift,
                    texts.term(one.grade),
                    f"{one.points} / {one.check_points}",
                    texts.number(one.rmse_px),
                    texts.number(one.rmse_m, 3),
                    texts.number(one.max_m, 3),
                    texts.number(one.leave_one_out_m, 3),
                    texts.number(one.check_m, 3),
                ]
            )
        story.append(table(wrapped(rows), _widths(20, 8, 9, 10, 9, 9, 9, 13, 13)))
    else:
        story.append(text(texts["no_calibration"]))
    if report.cameras:
        rows = [[texts[name] for name in ("video", "measured", "worst_px", "lost")]]
        for camera in report.cameras:
            worst = texts.number(camera.worst_px, 1)
            rows.append([camera.video, str(camera.measured), worst, str(camera.lost)])
        story += [*heading(texts["cameras"]), table(wrapped(rows), _widths(4, 2, 2, 2))]
    if report.notes:
        rows = [[texts["rule"], texts["message"], texts["value"], texts["time"]]]
        for note in report.notes:
            value = "" if note.value is None else texts.measured(note.value, note.unit or "")
            when = "" if note.start_s is None else clock(note.start_s)
            rows.append([note.rule or "", texts.note(note), value, when])
        story += [*heading(texts["notes"]), table(wrapped(rows), _widths(8, 60, 12, 12))]
    return story


def _rules(report: ReportInput, texts: Texts) -> list[Flowable]:
    if not report.rules:
        return []
    names = ("rule", "parameters", "basis_short", "trust", "judged")
    rows = [[texts[name] for name in names]]
    for one in report.rules:
        spec = RULE_SPECS.get(one.id)
        rows.append(
            [
                texts.rule(one.id),
                texts.parameters(one),
                texts.basis(one.id),
                spec.trust if spec else "",
                ": ".join(part for part in (texts.judged(one), texts.sentence(one.reason)) if part),
            ]
        )
    head = heading(f"{texts['basis']} ({texts['profile']} {report.profile})")
    return [*head, table(wrapped(rows), _widths(20, 25, 30, 7, 18))]


def _versions(report: ReportInput, texts: Texts) -> list[Flowable]:
    rows: list[Sequence[str]] = [
        [texts["site"], f"v{report.site_version}", report.site_sha256],
    ]
    run = report.run
    if run is not None:
        rate = texts["every_frame"] if run.fps is None else texts["per_second"].format(run.fps)
        rows.append([texts["detector"], f"{run.detector} ({run.kind})", run.digest])
        rows.append([texts["run"], f"#{run.id} · {rate}", f"{texts['frames']}: {run.frames}"])
        rows.append([texts["software"], run.code_version, texts.moment(run.finished_at)])
    for video in report.videos:
        facts = f"{video.name} · {video.width}x{video.height} · {clock(video.duration_s)}"
        rows.append([f"{texts['video']} (+{clock(video.offset_s)})", facts, video.sha256])
    rows.append([texts["computed"], texts.moment(report.computed_at), ""])
    rows.append(
        [texts["made"], f"{texts.moment(report.made_at)} {texts['by']} {report.made_by}", ""]
    )
    return [
        *heading(texts["versions"]),
        table(wrapped(rows, SMALL), _widths(18, 37, 45), is_headed=False),
    ]
