"""Records of pours: what they say, and that the same input gives the same bytes."""

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image
from reportlab.platypus import LongTable

from tests.workers.reports import empty_report, finding, full_report, insertion
from workers.cli.main import main
from workers.plan.model import Language, PlanError
from workers.report.document import NoteRow, ReportError, ReportInput, RuleRow
from workers.report.pdf import write_pdf
from workers.report.pdf_lists import lists
from workers.report.pdf_style import register_font
from workers.report.pdf_summary import STILLS_MAX, summary
from workers.report.ranking import finding_rank
from workers.report.texts import Texts, clock
from workers.report.xlsx import write_xlsx
from workers.vibration.rules.table import RULE_SPECS


def said(report: ReportInput, language: Language) -> str:
    """What the summary of the PDF says."""
    words: list[str] = []

    def collect(item: object) -> None:
        if hasattr(item, "getPlainText"):
            words.append(item.getPlainText())
        for cell in getattr(item, "_cellvalues", None) or getattr(item, "_content", None) or ():
            collect(cell)
        if isinstance(item, list | tuple):
            for one in item:
                collect(one)

    register_font()
    for flowable in summary(report, Texts(language)):
        collect(flowable)
    return "\n".join(words)


def sheets_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(path)
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


def test_the_first_pages_say_what_an_inspector_signs() -> None:
    text = said(ReportInput.from_json(full_report()), "zh")
    for fact in (
        "地下室底板 A-3 区", "PZ-2026-031", "2026-03-04 09:00:00 +08:00", "ZN50 · R = 0.30 m",
        "8 (89 %)", "14.2 s", "71.2 %", "3.99 m²", "有 2 条问题尚未由人员复核",
        "【尚未复核】 #1 V01", "#2 V04 漏振 · 严重", "王监理", "插入下层的深度", "9:00 开始浇筑",
    ):  # fmt: skip
        assert fact in text, fact
    assert "【尚未复核】 #2" not in text
    english = said(ReportInput.from_json(full_report()), "en")
    assert "[NOT YET REVIEWED] #1 V01 Under-vibrated point" in english
    assert "Penetration into the lower layer" in english


def test_a_finding_says_how_well_it_was_seen_and_placed() -> None:
    def facts(**changes: object) -> set[str]:
        lines = said(ReportInput.from_json(full_report(**changes)), "en").splitlines()
        return {line for line in lines if line.startswith(("Observed: ", "Calibration: "))}

    two = finding(1, insertion_numbers=[1, 2])
    seen = [insertion(1), insertion(2, observed_ratio=0.64), insertion(3, observed_ratio=0.2)]
    common = {**full_report()["calibrations"][0], "lift": ""}
    own = {**common, "lift": "1", "rmse_px": 1.5}
    other = {**common, "video": "other.mp4", "rmse_px": 9.0}
    assert facts(findings=[two], insertions=seen) == {
        "Observed: 64%", "Calibration: green · RMSE 0.81 px, 0.021 m",
    }  # fmt: skip
    assert "Calibration: green · RMSE 1.50 px, 0.021 m" in facts(
        findings=[two], calibrations=[common, own, other]
    )
    assert "Calibration: green · RMSE 0.81 px, 0.021 m" in facts(
        findings=[two], calibrations=[common, other]
    )
    assert facts(findings=[finding(1, insertion_numbers=[])], calibrations=[other]) == set()


def test_a_chinese_record_has_no_english_sentences() -> None:
    texts = Texts("zh")
    for rule, spec in RULE_SPECS.items():
        assert bool(spec.source) == bool(spec.source_zh), rule
        assert re.search("[\u4e00-\u9fff]", texts.basis(rule)), rule
        assert texts.basis(rule).endswith(spec.source_zh)
        assert not re.search("[a-z]_[a-z]", texts.parameters(rule_row(rule))), rule
    assert texts.basis("V15") == "现场规定"
    assert texts.measured(0.126, "m2") == "0.126 m²"
    moved = NoteRow("camera_moved", "The camera had moved.", "Q01", 9.0, 5.0, "px", 0.0, 1.0)
    assert texts.note(moved) == "相机已移位，无法测量位置。"
    assert texts.parameters(rule_row("V01")).startswith("最短时间 10 s; 低于此为严重 5 s")
    assert texts.parameters(rule_row("V01")).endswith("施工方案已规定: 否")
    assert texts.judged(rule_row("Q01")) == "状态项，见状态说明"


def rule_row(rule: str) -> RuleRow:
    """A rule with every parameter it can have, and not judged."""
    parameters = {
        name: 1.0 if value is None else value for name, value in RULE_SPECS[rule].parameters.items()
    }
    return RuleRow(rule, parameters, is_judged=False, reason="")


def test_violations_come_first_then_what_is_grave_and_false_alarms_last() -> None:
    rows = [
        finding(1, severity="info"),
        finding(2, severity="major", state="false_alarm"),
        finding(3, severity="major", verdict="to_review"),
        finding(4),
        finding(5, severity="major", verdict="to_review", state="confirmed"),
        finding(6, severity="major", pour_start_s=5.0),
    ]
    report = ReportInput.from_json(empty_report(findings=rows))
    ranked = sorted(report.findings, key=finding_rank)
    assert [one.number for one in ranked] == [6, 5, 4, 1, 3, 2]
    shown = re.findall(r"#(\d) V01", said(report, "en"))
    assert shown == ["6", "5", "4", "1", "3"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_input_gives_the_same_bytes(language: Language, tmp_path: Path) -> None:
    picture = tmp_path / "still.jpg"
    Image.new("RGB", (1920, 1080), "#336699").save(picture)
    rows = [finding(1, still=str(picture)), finding(2, still=str(tmp_path / "gone.jpg"))]
    report = ReportInput.from_json(full_report(findings=rows))
    for name, write in (("a.pdf", write_pdf), ("a.xlsx", write_xlsx)):
        write(report, language, tmp_path / name)
        again = ReportInput.from_json(full_report(findings=rows))
        write(again, language, tmp_path / f"b{name}")
        assert (tmp_path / name).read_bytes() == (tmp_path / f"b{name}").read_bytes()
    assert b"/Subtype /Image" in (tmp_path / "a.pdf").read_bytes()


def test_a_pour_of_which_nothing_is_known_has_a_record(tmp_path: Path) -> None:
    report = ReportInput.from_json(empty_report())
    assert "未发现问题。" in said(report, "zh")
    assert "没有平面图" in said(report, "zh")
    write_pdf(report, "zh", tmp_path / "empty.pdf")
    assert (tmp_path / "empty.pdf").read_bytes().startswith(b"%PDF")
    write_xlsx(report, "zh", tmp_path / "empty.xlsx")
    sheets = sheets_of(tmp_path / "empty.xlsx")
    assert list(sheets) == [
        "汇总",
        "插点明细",
        "违规明细",
        "覆盖率",
        "PPE",
        "相机与标定",
        "复核签字",
    ]
    assert sheets["PPE"] == [("没有安全帽、反光衣方面的问题。",)]


def test_thousands_of_findings_are_all_listed_and_few_are_shown(tmp_path: Path) -> None:
    rows = [finding(number) for number in range(1, 5001)]
    report = ReportInput.from_json(full_report(findings=rows))
    text = said(report, "zh")
    assert text.count("【尚未复核】") == STILLS_MAX
    assert f"图片只列出前 {STILLS_MAX} 条（共 5000 条" in text
    write_pdf(report, "zh", tmp_path / "many.pdf")
    assert (tmp_path / "many.pdf").stat().st_size < 5_000_000
    write_xlsx(report, "zh", tmp_path / "many.xlsx")
    assert len(sheets_of(tmp_path / "many.xlsx")["违规明细"]) == 5001


def test_a_workbook_holds_numbers_and_never_runs_what_somebody_typed(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://example.org","x")\x07'
    report = ReportInput.from_json(
        full_report(project=evil, insertions=[insertion(1)], findings=[finding(1, note=evil)])
    )
    write_xlsx(report, "en", tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    for page in book:
        for row in page.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    sheets = sheets_of(tmp_path / "a.xlsx")
    head, first = sheets["Insertions"]
    values = dict(zip(head, first, strict=True))
    assert (values["x (m)"], values["Dwell (s)"], values["Grade"]) == (2.3, 14.2, "good")
    assert [str(one[0])[:7] for one in sheets["PPE"]] == ["Nothing"]
    assert ("Project", evil[:-1]) in [row[:2] for row in sheets["Summary"]]


def test_a_workbook_shows_rounded_figures_and_keeps_all_of_them(tmp_path: Path) -> None:
    calibration = {**full_report()["calibrations"][0], "rmse_m": 0.0214968, "check_m": None}
    rows = [insertion(1, x_m=2.304159, observed_ratio=0.9712)]
    report = full_report(
        calibrations=[calibration],
        insertions=rows,
        findings=[finding(1, sigma=0.08913), finding(2, sigma=14.31)],
    )
    write_xlsx(ReportInput.from_json(report), "en", tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    shown = {
        (page.title, cell.value): cell.number_format
        for page in book
        for row in page.iter_rows()
        for cell in row
        if isinstance(cell.value, float)
    }
    assert shown["Cameras", 0.0214968] == "0.000"
    assert shown["Insertions", 2.304159] == "0.00"
    assert shown["Insertions", 0.9712] == "0%"
    assert shown["Findings", 0.08913] == "0.0000"
    assert shown["Findings", 14.31] == "0.0"
    assert shown["Summary", 71.25] == "0.0"
    assert "General" not in shown.values()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_heads_fit_and_what_is_long_takes_several_lines(language: Language) -> None:
    register_font()
    flags = ["interpolated", "truncated", "low_observation"]
    report = full_report(insertions=[insertion(1, flags=flags), insertion(2)])
    texts = Texts(language)
    made = [
        one for one in lists(ReportInput.from_json(report), texts) if isinstance(one, LongTable)
    ]
    findings, insertions = (getattr(one, "_cellvalues", []) for one in made)
    assert all(isinstance(cell, str) for cell in [*findings[0], *insertions[0], *insertions[2]])
    assert insertions[1][-1].getPlainText() == texts.terms(flags)


def test_gear_that_nobody_looked_for_is_not_called_complete(tmp_path: Path) -> None:
    reason = "the detector found neither no_helmet nor helmet"
    rules = [{"id": "S01", "parameters": {}, "is_judged": False, "reason": reason}]
    rules += [{**rules[0], "id": "S02"}]
    for judged, said_of_none in ((False, 0), (True, 1)):
        rules[1]["is_judged"] = judged
        report = ReportInput.from_json({**full_report(), "rules": rules, "findings": []})
        write_xlsx(report, "zh", tmp_path / "report.xlsx")
        rows = sheets_of(tmp_path / "report.xlsx")["PPE"]
        assert rows[0][:2] == ("S01 未戴安全帽", "未判定: 检测器不能识别 no_helmet 与 helmet")
        assert [row[0] for row in rows].count("没有安全帽、反光衣方面的问题。") == said_of_none


def sheet_rows(report: ReportInput, language: Language, path: Path) -> list[tuple[object, ...]]:
    """The first sheet of the workbook."""
    write_xlsx(report, language, path)
    return next(iter(sheets_of(path).values()))


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        ({"run": None}, "No detector has analysed the videos", "视频未经检测模型分析"),
        ({"poker_model": "none"}, "The detector starter does not know pokers", "不能识别振捣器"),
        ({"poker_model": "simulated"}, "on simulated pictures only", "仅用模拟画面训练"),
        ({"notes": "no_vibrator_detections"}, "no vibrator_in at all", "没有检测到振捣器"),
    ],
)
def test_the_first_page_says_that_there_is_no_trained_model_for_pokers(
    changes: dict[str, str | None], english: str, chinese: str, tmp_path: Path
) -> None:
    plain = full_report()
    assert english not in said(ReportInput.from_json(plain), "en")
    wanted = dict(plain)
    if "run" in changes:
        wanted["run"] = None
    elif "poker_model" in changes:
        wanted["run"] = {**plain["run"], **changes}
    else:
        message = "The detector found no vibrator_in at all: it may not know pokers."
        wanted["notes"] = [{**plain["notes"][0], "code": changes["notes"], "message": message}]
    report = ReportInput.from_json(wanted)
    languages: list[tuple[Language, str]] = [("en", english), ("zh", chinese)]
    for language, words in languages:
        page = said(report, language)
        # Above the figures, and so on the first page.
        assert words in page[: page.index(Texts(language)["figures"])]
        rows = sheet_rows(report, language, tmp_path / "a.xlsx")
        assert any(words in str(row[0]) for row in rows[:8])


def test_time_that_no_camera_saw_stands_among_the_figures(tmp_path: Path) -> None:
    report = ReportInput.from_json(full_report())
    assert "10.2 % · 3.5 min" in said(report, "en")
    assert "10.2 % · 3.5 分钟" in said(report, "zh")
    rows = sheet_rows(report, "en", tmp_path / "a.xlsx")
    assert ("Not observable (min)", 3.5) in [row[:2] for row in rows]
    assert "- · -" in said(ReportInput.from_json(empty_report()), "en")


def test_duration_and_effective_time_have_heads_of_their_own(tmp_path: Path) -> None:
    report = ReportInput.from_json(full_report(insertions=[insertion(1)]))
    heads = {"zh": ("时长 (s)", "有效时间 (s)"), "en": ("Dwell (s)", "Effective (s)")}
    for language, names in heads.items():
        texts = Texts(language)  # type: ignore[arg-type]
        write_xlsx(report, texts.language, tmp_path / "a.xlsx")
        head, row = list(sheets_of(tmp_path / "a.xlsx").values())[1]
        values = dict(zip(head, row, strict=True))
        assert [values[name] for name in names] == [14.2, 10.2]
        register_font()
        listed = [one for one in lists(report, texts) if isinstance(one, LongTable)][-1]
        head, row = listed._cellvalues  # type: ignore[attr-defined]
        values = dict(zip(head, row, strict=True))
        assert [values[name] for name in names] == ["14.2", "10.2"]


def test_markup_and_odd_characters_do_not_break_a_pdf(tmp_path: Path) -> None:
    odd = "<para><font color=red>&amp; \u0001 \U0001f600 龘 A\u0301</b>"
    report = ReportInput.from_json(
        full_report(project=odd * 20, description=odd, findings=[finding(1, note=odd, video=odd)])
    )
    write_pdf(report, "zh", tmp_path / "odd.pdf")
    assert (tmp_path / "odd.pdf").read_bytes().endswith(b"%%EOF\n")


@pytest.mark.parametrize(
    "broken", [{}, {"project": 3}, {"findings": "none"}, {"findings": [{}]}, {"plans": [{}]}]
)
def test_what_is_no_report_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises((ReportError, PlanError)):
        ReportInput.from_json(full_report() | broken if broken else broken)


def test_clocks_are_written_out() -> None:
    assert [clock(value) for value in (0.0, 61.25, 36_059.96, -3.0)] == [
        "0:00:00.0", "0:01:01.2", "10:01:00.0", "-0:00:03.0",
    ]  # fmt: skip


def test_the_commands_write_drawings_and_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document, plan = tmp_path / "report.json", tmp_path / "plan.json"
    document.write_text(json.dumps(full_report()))
    plan.write_text(json.dumps(full_report()["plans"][0]))
    for arguments in (
        ["report", str(document), "--language", "en", "--out", str(tmp_path / "r.pdf")],
        ["report", str(document), "--out", str(tmp_path / "r.xlsx")],
        ["plan", str(plan), "--layer", "dose", "--out", str(tmp_path / "p.svg")],
        ["plan", str(plan), "--language", "en", "--out", str(tmp_path / "p.png")],
    ):
        assert main(arguments) == 0
        assert Path(arguments[-1]).stat().st_size > 4000
    capsys.readouterr()
    document.write_text("[]")
    assert main(["report", str(document), "--out", str(tmp_path / "x.pdf")]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "document_invalid"
    assert not (tmp_path / "x.pdf").exists()
