"""`python -m workers stills`: chosen frames of a video as pictures."""

import argparse
import json
import sys
from argparse import Namespace
from pathlib import Path


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser("stills", help="write chosen frames of a video as JPEG files")
    parser.add_argument("video", type=Path)
    parser.add_argument(
        "--numbers", type=Path, required=True, help="file with a JSON list of frame numbers"
    )
    parser.add_argument("--index", type=Path, help="the video's frame index, to save time")
    parser.add_argument("--out", type=Path, required=True, help="an existing folder")


def run(options: Namespace) -> None:
    """Write `NUMBER.jpg` for each frame, and how far it is on stderr."""
    import numpy as np

    from workers.media.frame_index import FrameIndex
    from workers.media.indexing import build_frame_index
    from workers.media.stills import save_stills

    index = FrameIndex.load(options.index) if options.index else build_frame_index(options.video)
    wanted = json.loads(options.numbers.read_text(encoding="utf-8"))
    frames = np.unique(np.array(wanted, dtype=np.int64))

    def show(count: int) -> None:
        print(f"progress {count / len(frames):.3f}", file=sys.stderr, flush=True)

    save_stills(options.video, index, frames, options.out, show)
    print(json.dumps({"saved": len(frames)}))
