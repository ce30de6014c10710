"""`python -m workers camera`: how far the camera has moved since its picture was calibrated."""

import argparse
import json
import math
import sys
from argparse import Namespace
from pathlib import Path


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "camera", help="movement of the camera against a still of its video, as JSON Lines"
    )
    parser.add_argument("video", type=Path)
    parser.add_argument(
        "--reference-seconds", type=seconds, required=True, help="time of the calibrated picture"
    )
    parser.add_argument("--rate", type=_rate, default=1.0, help="measurements per second (1)")
    parser.add_argument("--frames", type=Path, help="frame results; what is boxed may move")
    parser.add_argument("--index", type=Path, help="the video's frame index, to save time")
    parser.add_argument("--out", type=Path, help="write here instead of to stdout")


def run(options: Namespace) -> None:
    """Write a line `{"pts_seconds", "dx_px", "dy_px", "inliers", "turn_px"}` a measurement."""
    from workers.camera.measuring import measure_camera
    from workers.cli.output import output
    from workers.media.frame_index import FrameIndex
    from workers.media.indexing import build_frame_index
    from workers.vibration.frames import FrameFile

    index = FrameIndex.load(options.index) if options.index else build_frame_index(options.video)
    frames = FrameFile(options.frames) if options.frames else ()
    told = 0.0

    def show(share: float) -> None:
        nonlocal told
        if share - told >= 0.01:
            told = share
            print(f"progress {share:.2f}", file=sys.stderr, flush=True)

    with output(options.out) as out:
        for shift in measure_camera(
            options.video,
            index,
            reference_seconds=options.reference_seconds,
            rate=options.rate,
            frames=lambda: frames,
            on_progress=show,
        ):
            line = {
                "pts_seconds": round(shift.pts_seconds, 6),
                "dx_px": round(shift.dx_px, 3),
                "dy_px": round(shift.dy_px, 3),
                "inliers": shift.inliers,
                "turn_px": round(shift.turn_px, 3),
            }
            out.write(json.dumps(line) + "\n")


def seconds(text: str) -> float:
    """Read a time on the command line."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0.0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time in seconds")
    return value


def _rate(text: str) -> float:
    value = seconds(text)
    if value <= 0.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value
