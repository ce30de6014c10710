"""`python -m workers simulate`: a rendered pour with its ground truth."""

import argparse
import logging
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import _SubParsersAction

logger = logging.getLogger(__name__)

_PROGRESS_EVERY_S = 2.0


def add_parser(commands: "_SubParsersAction[Any]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser("simulate", help="render a pour with its ground truth")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the files go")
    parser.add_argument("--seed", type=int, required=True, help="picks the pour")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the video (60)")
    parser.add_argument("--difficulty", default="middle", help="easy, middle or hard (middle)")
    parser.add_argument(
        "--idle-pokers", type=int, metavar="N", help="lying on the ground (by difficulty)"
    )
    parser.add_argument("--size", type=_size, default=(960, 540), metavar="WxH", help="(960x540)")
    parser.add_argument("--fps", type=float, default=10.0, help="frames per second (10)")


def simulate(options: Namespace) -> None:
    """Render the video and write boxes, site and truth beside it."""
    import cv2

    from workers.simulate import Options
    from workers.simulate import simulate as make

    width, height = options.size
    wishes = Options(
        seed=options.seed,
        seconds=options.seconds,
        difficulty=options.difficulty,
        width=width,
        height=height,
        fps=options.fps,
        idle_pokers=options.idle_pokers,
    )
    # Pictures this small are painted faster by one thread than by several.
    cv2.setNumThreads(1)
    logger.info("rendering %.0f s of a pour into %s", wishes.seconds, options.out)
    started = said_at = time.monotonic()

    def show(share: float) -> None:
        nonlocal said_at
        now = time.monotonic()
        if now - said_at >= _PROGRESS_EVERY_S:
            said_at = now
            left_s = (now - started) * (1 / share - 1)
            logger.info("%.0f %%, %.0f s left", 100 * share, left_s)

    make(wishes, options.out, show)
    seconds = time.monotonic() - started
    frames = wishes.seconds * wishes.fps
    logger.info("%.0f frames in %.1f s, %.0f per second", frames, seconds, frames / seconds)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    try:
        return int(width), int(height)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 960x540") from None
