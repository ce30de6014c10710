"""The command line: what it takes, and what becomes of errors.

Nothing heavy is imported before the command is known, so that `--help` answers at once.
"""

import argparse
import errno
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from workers.cli import (
    camera,
    evidence,
    export,
    pictures,
    pour,
    report,
    simulate,
    stills,
    train,
    trial,
    vibration,
)
from workers.errors import WorkerError

EXIT_BAD_INPUT = 2
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

# These are started by other programs, which read their errors from stdout as JSON.
_ERRORS_AS_JSON = frozenset(
    {
        "camera",
        "check",
        "evidence",
        "export",
        "labelled",
        "overlay",
        "pictures",
        "plan",
        "pour",
        "proxy",
        "report",
        "simulate",
        "still",
        "stills",
        "thumbnail",
        "train",
        "trial",
    }
)
# Not the input's fault, so they are told from everything else that can go wrong.
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_STORAGE_FAILS = frozenset(
    {
        errno.EACCES,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENODEV,
        errno.ENOENT,
        errno.ENOMEM,
        errno.ENOTCONN,
        errno.ENXIO,
        errno.EPERM,
        errno.EROFS,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    from workers.cli import commands

    try:
        getattr(commands, options.command)(options)
    except WorkerError as error:
        if options.command in _ERRORS_AS_JSON:
            print(json.dumps(error.to_json()))
        print(f"error: {error.message}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except BrokenPipeError:
        # Whoever read the output has had enough. Python would complain again while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except OSError as error:
        if options.command in _ERRORS_AS_JSON and (trouble := _trouble(error)):
            print(json.dumps(trouble))
        print(f"error: {error.filename or ''} {error.strerror or error}".strip(), file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


def _trouble(error: OSError) -> dict[str, str] | None:
    """What is wrong with the machine, where it is the machine."""
    if error.errno in _DISK_FULL:
        return {"code": "disk_full", "message": "The disk is full."}
    if error.errno in _STORAGE_FAILS:
        message = f"The server's storage cannot be used: {error.strerror}."
        return {"code": "storage_unavailable", "message": message}
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    probe = commands.add_parser("probe", help="print the facts of a video as JSON")
    probe.add_argument("video", type=Path)

    analyse = commands.add_parser("analyse", help="detect and hash; frame results as JSON Lines")
    analyse.add_argument("video", type=Path)
    analyse.add_argument("--detector", required=True, help="hog, an ONNX file or a folder")
    analyse.add_argument("--classes", type=Path, help="file with one class name per line")
    analyse.add_argument("--fps", type=_fps, default=5.0, help="frames per second, or all (5)")
    analyse.add_argument("--out", type=Path, help="write here instead of to stdout")

    hashing = commands.add_parser("hash", help="print PDQ hash, quality and path of pictures")
    hashing.add_argument("images", type=Path, nargs="+", metavar="IMAGE")

    evaluate = commands.add_parser("evaluate", help="print COCO metrics of detections as JSON")
    evaluate.add_argument("--gt", type=Path, required=True, help="ground truth, COCO JSON")
    evaluate.add_argument("--dt", type=Path, required=True, help="results, COCO JSON")
    evaluate.add_argument("--reference", action="store_true", help="compute with pycocotools")

    check = commands.add_parser("check", help="check a video and write its frame index")
    check.add_argument("video", type=Path)
    check.add_argument("--index", type=Path, required=True, help="where the index goes")

    thumbnail = commands.add_parser("thumbnail", help="write a still picture of a video")
    thumbnail.add_argument("video", type=Path)
    thumbnail.add_argument("--out", type=Path, required=True, help=".jpg or .webp")

    vibration.add_parser(commands)
    pour.add_parser(commands)
    camera.add_parser(commands)
    evidence.add_parsers(commands)
    report.add_parsers(commands)
    stills.add_parser(commands)
    pictures.add_parser(commands)

    proxy = commands.add_parser("proxy", help="write an H.264 copy that browsers can play")
    proxy.add_argument("video", type=Path)
    proxy.add_argument("--out", type=Path, required=True, help=".mp4")
    simulate.add_parser(commands)
    trial.add_parsers(commands)
    export.add_parser(commands)
    train.add_parser(commands)
    return parser


def _fps(text: str) -> float | None:
    if text == "all":
        return None
    try:
        fps = float(text)
    except ValueError:
        fps = 0.0
    if not 0 < fps < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a positive number nor 'all'")
    return fps
