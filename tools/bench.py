"""Runs the benchmarks one after the other: `python -m tools.bench [--quick] [NAME ...]`."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def names() -> list[str]:
    """Every file of benchmarks/ that is a program."""
    return sorted(
        file.stem
        for file in (REPOSITORY / "benchmarks").glob("*.py")
        if '__name__ == "__main__"' in file.read_text(encoding="utf-8")
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small inputs, to see that it works")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}")
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(names())):
        parser.error(f"unknown benchmark {unknown[0]!r}; there are {', '.join(names())}")
    failed = []
    for name in given.names or names():
        print(f"=== {name}", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *(["--quick"] * given.quick)]
        begun = time.monotonic()
        if subprocess.run(command, cwd=REPOSITORY, check=False).returncode != 0:
            failed.append(name)
        print(f"=== {name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
