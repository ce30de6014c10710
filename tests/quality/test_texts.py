"""What must not be in any file, and how long files may be."""

import re
from pathlib import Path

import pytest

from tests.quality.files import REPOSITORY, text_of, tracked

# In pieces, so that this file does not find itself.
FORBIDDEN = {
    "a path of somebody's machine": r"/wo" r"rk/(?:main|shared)|/ro" r"ot/|/ho" r"me/[a-z]",
    "the host of a package registry": r"py" r"pi\.org|npm" r"js\.(?:org|com)|pythonhos" r"ted\.org",
    "a mark of unfinished work": r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b",
    "a secret": r"BEGIN (?:RSA |EC |OPENSSH )?PRIV" r"ATE KEY|AKIA[0-9A-Z]{16}",
}
LONGEST_FILE_LINES = 500


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_contains(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{file.relative_to(REPOSITORY)}: {match[0]}"
        for file in tracked()
        if (match := pattern.search(text_of(file)))
    ]
    assert found == []


def test_a_file_holds_one_concept() -> None:
    def lines(file: Path) -> int:
        return text_of(file).count("\n")

    sources = tracked("*.py", "*.ts", "*.vue")
    long = [
        f"{file.relative_to(REPOSITORY)}: {lines(file)} lines"
        for file in sources
        if lines(file) > LONGEST_FILE_LINES and "migrations" not in file.parts
    ]
    assert long == []


def test_every_make_command_of_the_documents_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))
    for file in [REPOSITORY / "README.md", *tracked("docs/*.md")]:
        named = set(re.findall(r"^\s*make ([a-z-]+)|`make ([a-z-]+)", text_of(file), re.MULTILINE))
        assert {first or second for first, second in named} <= targets, file.name


def test_every_manage_command_of_the_documents_exists() -> None:
    from django.core.management import get_commands

    for file in [REPOSITORY / "README.md", *tracked("docs/*.md")]:
        assert set(re.findall(r"manage\.py ([a-z]+)", text_of(file))) <= set(get_commands())
