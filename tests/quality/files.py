"""The files that belong to the project."""

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
GENERATED = {"frontend/src/api/schema.d.ts", "docs/openapi.yaml", "frontend/package-lock.json"}


def tracked(*patterns: str) -> list[Path]:
    """Of git's list, what is there now and not made by a tool."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = [name for name in listed.split("\0") if name and name not in GENERATED]
    return [REPOSITORY / name for name in names if (REPOSITORY / name).is_file()]


def text_of(file: Path) -> str:
    """Empty for a picture or any other file that is not text."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
