"""`python -m workers pour`: several videos and corrections judged as one pour."""

import argparse
import logging
import sys
import time
from argparse import Namespace
from pathlib import Path

logger = logging.getLogger(__name__)

_PROGRESS_EVERY_S = 0.5


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "pour",
        help="several videos and corrections by hand, judged as one pour",
        description="The document and the result are described in workers/vibration/pour_files.py.",
    )
    parser.add_argument("document", type=Path, help="the pour, JSON")
    parser.add_argument("--out", type=Path, required=True, help="folder for report and maps")


def run(options: Namespace) -> None:
    """Judge, and tell on stderr how far it is."""
    from workers.vibration.pour_files import judge_files

    last = 0.0

    def progress(share: float) -> None:
        nonlocal last
        if time.monotonic() - last >= _PROGRESS_EVERY_S:
            last = time.monotonic()
            print(f"progress {share:.3f}", file=sys.stderr, flush=True)

    found = judge_files(options.document, options.out, progress)
    report = found.report
    logger.info("%d insertions, %d findings", len(report.insertions), len(report.findings))
