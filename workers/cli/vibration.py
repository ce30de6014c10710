"""`python -m workers vibration`: insertions, findings and coverage from frame results."""

import argparse
import json
import logging
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from workers.cli.output import output
from workers.errors import WorkerError

if TYPE_CHECKING:
    from workers.vibration.site import Site

logger = logging.getLogger(__name__)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "vibration", help="insertions, findings and coverage from frame results"
    )
    parser.add_argument("--frames", type=Path, required=True, help="frame results, JSON Lines")
    parser.add_argument("--site", type=Path, required=True, help="site set-up, JSON")
    parser.add_argument("--out", type=Path, help="write here instead of to stdout")


def run(options: Namespace) -> None:
    """Analyse, and write the report only when it is whole."""
    from workers.vibration.analysis import analyse_vibration
    from workers.vibration.frames import FrameFile

    site = _read_site(options.site)
    frames = FrameFile(options.frames)
    logger.info("analysing %d frames", len(frames))
    report = analyse_vibration(frames, site)
    logger.info("%d insertions, %d findings", len(report.insertions), len(report.findings))
    with output(options.out) as out:
        out.write(report.to_text())


def _read_site(path: Path) -> "Site":
    from workers.vibration.site import Site

    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise WorkerError("site_invalid", f"{path}: not JSON: {error}.") from error
    return Site.from_json(data)
