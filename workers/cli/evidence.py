"""`python -m workers still` and `evidence`: pictures and clips of a video."""

import argparse
import json
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from workers.cli.camera import seconds


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands and their options."""
    still = commands.add_parser("still", help="write the picture of a video at a time")
    still.add_argument("video", type=Path)
    still.add_argument("--seconds", type=seconds, required=True)
    still.add_argument("--index", type=Path, help="the video's frame index, to save time")
    still.add_argument("--out", type=Path, required=True, help=".jpg")

    evidence = commands.add_parser("evidence", help="write pictures and clip of a finding")
    evidence.add_argument("request", type=Path, help="what to show, JSON")
    evidence.add_argument("--video", type=Path, required=True)
    evidence.add_argument("--index", type=Path, required=True, help="the video's frame index")
    evidence.add_argument("--out", type=Path, required=True, metavar="DIR")


def still(options: Namespace) -> None:
    """Write one picture and say which one it is."""
    from workers.media.still import save_still

    frame = save_still(options.video, options.seconds, options.out, options.index)
    print(json.dumps({"frame": frame.number, "pts_seconds": frame.pts_seconds}))


def evidence(options: Namespace) -> None:
    """Write the evidence and say what was written."""
    from workers.cli.report import read_document
    from workers.evidence.make import make_evidence
    from workers.evidence.request import EvidenceRequest

    request = EvidenceRequest.from_json(read_document(options.request))
    files = make_evidence(options.video, options.index, request, options.out)
    print(json.dumps({"files": [asdict(one) for one in files]}))
