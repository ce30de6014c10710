"""The part of the PDF that is read and signed: record, figures, plans, gravest findings."""

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from workers.plan.compose import compose
from workers.plan.model import Layer
from workers.report.caveats import caveats
from workers.report.document import FindingRow, ReportInput
from workers.report.pdf_plan import PlanFlowable
from workers.report.pdf_style import (
    BODY,
    FAINT,
    FIGURE,
    FIGURE_NAME,
    HEADING,
    INK,
    QUIET,
    SHADE,
    SMALL,
    TITLE,
    WARNING,
    heading,
    table,
    text,
    wrapped,
)
from workers.report.ranking import SEVERITIES, finding_rank
from workers.report.stills import still_picture
from workers.report.texts import Texts, clock
from workers.report.words import DISCLAIMERS
from workers.vibration.rules.table import RULE_SPECS

WIDTH = A4[0] - 32 * mm
STILLS_MAX = 20
"""So many findings are shown with their picture; the lists have all of them."""

_PLAN_HEIGHT = 98 * mm
_STILL = (62 * mm, 46 * mm)


def summary(report: ReportInput, texts: Texts) -> list[Flowable]:
    """Return what comes before the lists."""
    story: list[Flowable] = [text(texts["title"], TITLE)]
    story += [text(one, WARNING) for one in caveats(report, texts)]
    story += [*heading(texts["header"]), _record(report, texts)]
    story += [*heading(texts["figures"]), *_figures(report, texts)]
    story += _plans(report, texts)
    story += _cards(report, texts)
    story += _manual_checks(report, texts)
    story += heading(texts["disclaimers"])
    story += [text(f"· {one}", SMALL) for one in DISCLAIMERS[texts.language]]
    return story


def _record(report: ReportInput, texts: Texts) -> Flowable:
    header = report.header
    radius = f"R = {report.radius_m:.2f} m"
    if not report.is_radius_given:
        radius += f" {texts['radius_default']}"
    # What no clock tells is left to be written by hand.
    started, ended = (
        texts.moment(when) if when else "" for when in (report.starts_at, report.ends_at)
    )
    poker = " · ".join(one for one in (header.poker or report.poker, radius) if one)
    pairs = [
        (("project", report.project), ("project_code", header.project_code)),
        (("part", header.part), ("lift", header.lift)),
        (("contractor", header.contractor), ("supervisor", header.supervisor)),
        (("started", started), ("ended", ended)),
        (("weather", header.weather), ("mix", header.mix)),
        (("poker", poker), ("profile", report.profile)),
    ]
    rows = [[word for name, value in pair for word in (texts[name], value)] for pair in pairs]
    wide = [
        ("description", report.description),
        ("process_notes", header.process_notes),
        # The field of problems is never left blank.
        ("problems_handled", header.problems_handled or _problems(report, texts)),
    ]
    rows += [[texts[name], value, "", ""] for name, value in wide if value]
    spans = [("SPAN", (1, row), (-1, row)) for row in range(len(pairs), len(rows))]
    shades = [("BACKGROUND", (0, 0), (0, -1), SHADE)]
    shades.append(("BACKGROUND", (2, 0), (2, len(pairs) - 1), SHADE))
    widths = [0.15 * WIDTH, 0.40 * WIDTH, 0.13 * WIDTH, 0.32 * WIDTH]
    return table(wrapped(rows, BODY), widths, is_headed=False, extra=[*spans, *shades])


def _problems(report: ReportInput, texts: Texts) -> str:
    if not report.findings:
        return texts["no_findings"]
    return _severities(report, texts)


def _severities(report: ReportInput, texts: Texts) -> str:
    counts = report.figures.findings_by_severity
    return " · ".join(f"{texts.term(one)} {counts.get(one, 0)}" for one in SEVERITIES[:3])


def _figures(report: ReportInput, texts: Texts) -> list[Flowable]:
    figures = report.figures
    share = 100.0 * figures.valid_insertions / figures.insertions if figures.insertions else None
    cells = [
        ("insertions", str(figures.insertions)),
        ("valid", f"{figures.valid_insertions} ({texts.number(share, 0, '%')})"),
        ("median", texts.number(figures.median_dwell_s, 1, "s")),
        ("covered", texts.number(figures.covered_pct, 1, "%")),
        ("uncovered", texts.number(figures.uncovered_m2, 2, "m²")),
        ("unobservable_both", _unobserved(report, texts)),
        ("findings", str(sum(figures.findings_by_severity.values()))),
        ("to_review_count", str(figures.to_review)),
    ]
    rows = []
    for start in (0, 4):
        rows.append([text(value, FIGURE) for _, value in cells[start : start + 4]])
        rows.append([text(texts[name], FIGURE_NAME) for name, _ in cells[start : start + 4]])
    lines = [("LINEBELOW", (0, row), (-1, row), 0, "#FFFFFF") for row in (0, 2)]
    grid = table(rows, [WIDTH / 4] * 4, is_headed=False, extra=lines)
    return [grid, Spacer(1, 3), text(_severities(report, texts), QUIET)]


def _unobserved(report: ReportInput, texts: Texts) -> str:
    figures = report.figures
    area = texts.number(figures.unobservable_pct, 1, "%")
    return f"{area} · {texts.minutes(figures.unobserved_s)}"


def _plans(report: ReportInput, texts: Texts) -> list[Flowable]:
    story = heading(texts["maps"], _PLAN_HEIGHT + 40.0)
    if not report.plans:
        return [*story, text(texts["no_map"])]
    layers: tuple[Layer, Layer] = ("category", "dose")
    for plan in report.plans:
        for layer in layers:
            story.append(PlanFlowable(compose(plan, layer, texts.language), WIDTH, _PLAN_HEIGHT))
            story.append(Spacer(1, 6))
    return story


def _cards(report: ReportInput, texts: Texts) -> list[Flowable]:
    story = heading(texts["finding_cards"], 200.0)
    if not report.findings:
        return [*story, text(texts["no_findings"])]
    shown = [one for one in report.findings if one.state != "false_alarm"]
    shown.sort(key=finding_rank)
    shown = shown[:STILLS_MAX]
    if len(shown) < len(report.findings):
        story.append(text(texts["only_first"].format(len(shown), len(report.findings)), QUIET))
    for finding in shown:
        story += [Spacer(1, 4), KeepTogether([_card(finding, report, texts)])]
    return story


def _card(finding: FindingRow, report: ReportInput, texts: Texts) -> Flowable:
    picture = still_picture(finding.still, _STILL) or text(texts["no_still"], QUIET)
    lines = [text(_card_title(finding, texts), BODY)]
    facts = _card_facts(finding, texts) + _sureness(finding, report, texts)
    lines += [text(f"{name}: {value}", SMALL) for name, value in facts]
    lines += [text(f"{one.name} {one.sha256}", QUIET) for one in finding.files]
    left = _STILL[0] + 4 * mm
    return table(
        [[picture, lines]],
        [left, WIDTH - left],
        is_headed=False,
        extra=[("VALIGN", (0, 0), (-1, -1), "TOP")],
    )


def _card_title(finding: FindingRow, texts: Texts) -> str:
    title = f"#{finding.number} {texts.rule(finding.rule)} · {texts.term(finding.severity)}"
    if finding.is_advisory:
        title += f" ({texts['advisory']})"
    return " ".join(one for one in (texts.mark(finding), title) if one)


def _card_facts(finding: FindingRow, texts: Texts) -> list[tuple[str, str]]:
    spec = RULE_SPECS.get(finding.rule)
    span = f"{clock(finding.start_s)} - {clock(finding.end_s)}"
    facts = [
        (texts["verdict"], f"{texts.verdict(finding)} · {texts.term(finding.state)}"),
        (texts["value"], texts.measured(finding.value, finding.unit, finding.sigma)),
        (texts["limit"], texts.measured(finding.limit, finding.unit)),
        (texts["video_time"], f"{finding.video or texts['none']} {span}"),
        (texts["wall_time"], texts.moment(finding.starts_at)),
        (texts["place"], texts.place(finding.x_m, finding.y_m)),
        (texts["layer"], finding.lift or texts["none"]),
        (texts["points"], ", ".join(map(str, finding.insertion_numbers[:20])) or texts["none"]),
    ]
    if spec is not None:
        facts.append((texts["basis_short"], f"{texts.basis(finding.rule)} [{spec.trust}]"))
    if review := texts.review(finding):
        facts.append((texts["review"], review))
    if finding.note:
        facts.append((texts["note"], texts.sentence(finding.note)))
    return facts


def _sureness(finding: FindingRow, report: ReportInput, texts: Texts) -> list[tuple[str, str]]:
    """Return how well its insertions were seen, and how well its camera knows the ground."""
    facts = []
    numbers = set(finding.insertion_numbers)
    seen = [one.observed_ratio for one in report.insertions if one.number in numbers]
    if seen:
        facts.append((texts["observed"], f"{min(seen):.0%}"))
    planes = {one.lift: one for one in report.calibrations if one.video == finding.video}
    # A layer without a plane of its own lies on the common one.
    if plane := planes.get(finding.lift or "", planes.get("")):
        rmse = f"RMSE {texts.number(plane.rmse_px)} px, {texts.number(plane.rmse_m, 3)} m"
        facts.append((texts["calibration"], f"{texts.term(plane.grade)} · {rmse}"))
    return facts


def _manual_checks(report: ReportInput, texts: Texts) -> list[Flowable]:
    if not report.manual_checks:
        return []
    rows = [[texts["item"], texts["checked"], texts["checker"]]]
    rows += [[texts.term(one), "", ""] for one in report.manual_checks]
    widths = [0.45 * WIDTH, 0.35 * WIDTH, 0.20 * WIDTH]
    grid = table(wrapped(rows, BODY), widths)
    return [KeepTogether([text(texts["manual"], HEADING), grid])]


def signatures(texts: Texts) -> list[Flowable]:
    """Return the place where people sign."""
    names = [texts[name] for name in ("contractor_sign", "supervisor_sign", "reviewer_sign")]
    rows = [names, ["", "", ""], [f"{texts['date']}:"] * 3]
    lines = [
        ("TEXTCOLOR", (0, 2), (-1, 2), FAINT),
        ("TEXTCOLOR", (0, 0), (-1, 0), INK),
        ("TOPPADDING", (0, 1), (-1, 1), 26),
    ]
    grid = table(rows, [WIDTH / 3] * 3, extra=lines)
    return [KeepTogether([text(texts["signatures"], HEADING), grid])]
