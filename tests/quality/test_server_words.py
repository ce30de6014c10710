"""Whatever the compute can say, records and pages can say in Chinese."""

import re

import pytest

from tests.quality.files import REPOSITORY
from tests.vibration.said import manual_checks, note_codes, reasons
from workers.report.document import NoteRow
from workers.report.texts import Texts

PAGES = REPOSITORY / "frontend/src"
CHINESE = re.compile("[\u4e00-\u9fff]")
# Told in lists of their own.
LISTED = {"rule_not_judged", "manual_check"}
# Told in a box of its own.
BOXED = {"no_vibrator_detections": "no_poker_text"}


def table() -> list[tuple[str, str]]:
    """The patterns of the pages and the keys of their texts."""
    source = (PAGES / "features/inspection/serverWords.ts").read_text("utf-8")
    return re.findall(r'^  \[/(.+)/, "(\w+)"\],$', source, re.MULTILINE)


def texts_of(language: str, section: str) -> dict[str, str]:
    """One section of the texts of the pages."""
    source = (PAGES / f"i18n/{language}/inspection.ts").read_text("utf-8")
    block = re.search(rf"^  {section}: {{\n(.*?)^  }},$", source, re.MULTILINE | re.DOTALL)
    assert block is not None, section
    return dict(re.findall(r'^    (\w+): "(.*)",$', block[1], re.MULTILINE))


def test_the_sentences_are_found_where_they_are_written() -> None:
    found = reasons()
    assert len(found) >= 27
    assert {"the site has no formwork", "0.21 planned", "seen in very few frames"} <= found
    assert {"view_lost", "calibration_amber", "calibration_refused"} <= note_codes()


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_every_reason_is_known_in_chinese(reason: str) -> None:
    assert CHINESE.search(Texts("zh").sentence(reason))
    keys = [key for pattern, key in table() if re.search(pattern, reason)]
    assert len(keys) == 1, keys
    assert CHINESE.search(texts_of("zh", "server")[keys[0]])


@pytest.mark.parametrize("code", sorted(note_codes() - LISTED))
def test_every_note_is_known_in_chinese(code: str) -> None:
    note = NoteRow(code, "in English", None, None, None, None, None, None)
    assert CHINESE.search(Texts("zh").note(note))
    if code in BOXED:
        assert CHINESE.search(texts_of("zh", "findings")[BOXED[code]])
    else:
        assert CHINESE.search(texts_of("zh", "notes")[code])


@pytest.mark.parametrize("name", sorted(manual_checks()))
def test_every_check_by_a_person_is_known_in_chinese(name: str) -> None:
    assert CHINESE.search(Texts("zh").term(name))
    assert CHINESE.search(texts_of("zh", "manual_checks")[name])


def test_units_are_in_the_language_of_the_record() -> None:
    texts = Texts("zh")
    assert texts.measured(3.0, "frames") == "3 帧"
    assert texts.measured(0.4, "ratio") == "40 %"
    assert texts.sentence("2 planned") == "计划 2 台"
    assert texts.sentence("15.5 min after placing") == "布料后 15.5 分钟"
    assert Texts("en").sentence("2 planned") == "2 planned"
