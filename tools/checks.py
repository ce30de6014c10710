"""All checks and tests, with a line for each at the end: `make test`.

Three parts run at the same time, for the tests of the real system wait more than they compute; each
writes into a file that is shown when it has ended.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.services import services_missing

REPOSITORY = Path(__file__).resolve().parents[1]
FRONTEND = REPOSITORY / "frontend"
OPENAPI = REPOSITORY / "docs" / "openapi.yaml"
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Part:
    """One check: a command, where it runs, and why it may be left out here."""

    name: str
    command: list[str]
    folder: Path = REPOSITORY
    setup: str = "embedded"
    missing: Callable[[], str | None] = lambda: None
    required_by: str = ""


def chromium_missing() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    if any(shutil.which(name) for name in names):
        return None
    return "no Chromium on the PATH"


def peers_missing() -> str | None:
    """What benchmarks need beside the program."""
    data = Path(os.environ.get("CVD_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if not data.is_dir():
        return f"no test inputs in {data}"
    return None if importlib.util.find_spec("pdqhash") else "pdqhash could not be compiled"


def manage(*arguments: str) -> list[str]:
    return [PYTHON, "manage.py", *arguments]


def npm(script: str) -> list[str]:
    return ["npm", "run", "--silent", script]


AT_ONCE = 3
# Tests that touch neither a database nor Redis, or bring both set-ups themselves; once is enough.
ONCE = ("workers", "simulate", "vibration", "faults", "benchmarks")

PYTEST = [PYTHON, "-m", "pytest", "--durations=15"]
PYTEST_BOTH = [*PYTEST, *(f"--ignore=tests/{folder}" for folder in ("quality", *ONCE))]

PARTS = [
    Part("ruff", [PYTHON, "-m", "ruff", "check", "."]),
    Part("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
    Part("mypy", [PYTHON, "-m", "mypy", "."]),
    Part("quality", [PYTHON, "-m", "pytest", "tests/quality"]),
    Part("openapi", [PYTHON, "-m", "tools.checks", "--openapi-is-fresh"]),
    Part("types", npm("types:check"), FRONTEND),
    Part("frontend-lint", npm("check"), FRONTEND),
    Part("frontend-test", npm("test"), FRONTEND),
    # From here on the longest first, so that all end at about the same time.
    Part("pytest-once", [*PYTEST, *(f"tests/{folder}" for folder in ONCE)]),
    Part("pytest", PYTEST_BOTH),
    Part(
        "browser",
        npm("e2e"),
        FRONTEND,
        missing=chromium_missing,
        required_by="CVD_REQUIRE_BROWSER",
    ),
    Part(
        "pytest-services",
        PYTEST_BOTH,
        setup="services",
        missing=services_missing,
        required_by="CVD_REQUIRE_SERVICES",
    ),
    Part(
        "benchmarks",
        [PYTHON, "-m", "tools.bench", "--quick"],
        missing=peers_missing,
        required_by="CVD_REQUIRE_TEST_DATA",
    ),
]


def run(part: Part, data_dir: str) -> tuple[str, str, float]:
    """Its name; `ok`, `FAILED` or why it was left out; how many seconds it took."""
    begun = time.monotonic()
    if reason := part.missing():
        is_required = os.environ.get(part.required_by) == "1"
        result = f"FAILED: {reason}" if is_required else f"left out: {reason}"
        return part.name, result, time.monotonic() - begun
    environment = {
        **os.environ,
        "PATH": f"{Path(PYTHON).parent}{os.pathsep}{os.environ['PATH']}",
        "CVD_DATA_DIR": data_dir,
        "CVD_TEST_SETUP": part.setup,
        # Hundreds of processes start, and each would compile all of it again.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    print(f"... {part.name}", file=sys.stderr, flush=True)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        done = subprocess.run(
            part.command,
            cwd=part.folder,
            env=environment,
            check=False,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        output.seek(0)
        print(f"\n=== {part.name}\n{output.read()}", flush=True)
    result = "ok" if done.returncode == 0 else f"FAILED: exit code {done.returncode}"
    return part.name, result, time.monotonic() - begun


def openapi_is_fresh() -> int:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "openapi.yaml"
        subprocess.run(
            manage("spectacular", "--validate", "--fail-on-warn", "--file", str(made)),
            cwd=REPOSITORY,
            check=True,
        )
        if made.read_bytes() == OPENAPI.read_bytes():
            return 0
    print("docs/openapi.yaml is not what the code says: make schema", file=sys.stderr)
    return 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [part.name for part in PARTS]
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(names)}")
    parser.add_argument("--openapi-is-fresh", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.openapi_is_fresh:
        return openapi_is_fresh()
    if unknown := sorted(set(given.parts) - set(names)):
        parser.error(f"unknown part {unknown[0]!r}; there are {', '.join(names)}")
    wanted = [part for part in PARTS if not given.parts or part.name in given.parts]
    with (
        tempfile.TemporaryDirectory(prefix="cvd-checks-") as data_dir,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        results = list(pool.map(lambda part: run(part, f"{data_dir}/{part.name}"), wanted))
    print()
    for name, result, seconds in results:
        print(f"{name:<16} {seconds:7.1f} s  {result}")
    return 1 if any(result.startswith("FAILED") for _, result, _ in results) else 0


if __name__ == "__main__":
    sys.exit(main())
