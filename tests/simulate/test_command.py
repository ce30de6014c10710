"""`python -m workers simulate` as a person or a script calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workers", "simulate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_four_files_are_written(tmp_path: Path) -> None:
    done = run(
        "--out",
        str(tmp_path / "new" / "pour"),
        "--seed",
        "4",
        "--seconds",
        "1",
        "--size",
        "160x160",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    files = sorted(file.name for file in (tmp_path / "new" / "pour").iterdir())
    assert files == ["coco.json", "site.json", "truth.json", "video.mp4"]
    truth = json.loads((tmp_path / "new" / "pour" / "truth.json").read_text())
    assert (truth["seed"], truth["seconds"], truth["difficulty"]) == (4, 1.0, "middle")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--seconds", "0"), "seconds"),
        (("--seconds", "nan"), "seconds"),
        (("--seconds", "1e9"), "seconds"),
        (("--seed", "-1"), "seed"),
        (("--difficulty", "silly"), "difficulty"),
        (("--size", "161x160"), "even"),
        (("--size", "100000x100"), "pixels"),
        (("--size", "160x640"), "1:2"),
        (("--fps", "0"), "fps"),
        (("--fps", "inf"), "fps"),
        (("--idle-pokers", "9"), "idle_pokers"),
    ],
)
def test_a_bad_option_is_refused_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], word: str
) -> None:
    done = run("--seed", "1", "--out", str(tmp_path / "out"), *arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_size_that_is_none_is_refused(tmp_path: Path) -> None:
    done = run("--seed", "1", "--out", str(tmp_path / "out"), "--size", "big")
    assert done.returncode == 2
    assert "'big' is not a size" in done.stderr


def test_a_folder_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run(
        "--seed", "1", "--seconds", "1", "--size", "160x160", "--out", str(tmp_path / "file")
    )
    assert done.returncode == 1
    assert len([line for line in done.stderr.splitlines() if line.startswith("error")]) == 1
