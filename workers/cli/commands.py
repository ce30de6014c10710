"""What each command does: a function of its name, given the parsed options."""

import json
import logging
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workers.cli.evidence import evidence as evidence
from workers.cli.evidence import still as still
from workers.cli.export import export as export
from workers.cli.output import output
from workers.cli.report import overlay as overlay
from workers.cli.report import plan as plan
from workers.cli.report import report as report
from workers.cli.simulate import simulate as simulate
from workers.cli.trial import labelled as labelled
from workers.cli.trial import trial as trial
from workers.errors import DetectorError, MediaError

if TYPE_CHECKING:
    from workers.detect.spec import DetectorSpec

logger = logging.getLogger(__name__)

_PROGRESS_EVERY_S = 2.0


def probe(options: Namespace) -> None:
    """Print the facts of a video."""
    from workers.media.probe import probe_video

    _print_json(probe_video(options.video).to_json(), indent=2)


def analyse(options: Namespace) -> None:
    """Write a line for each analysed frame."""
    from workers.detect.registry import load_detector
    from workers.media.indexing import build_frame_index
    from workers.pipelines.analyse import analyse_frames

    index = build_frame_index(options.video)
    frames = index.sample(options.fps)
    detector = load_detector(_detector_spec(options.detector, options.classes))
    logger.info("analysing %d of %d frames with %s", len(frames), len(index), detector.name)
    progress = _Progress(len(frames))
    done = 0
    with output(options.out) as out:
        for result in analyse_frames(options.video, index, frames, detector):
            out.write(result.to_line() + "\n")
            done += 1
            progress.show(done)
    progress.end(done)


def hash(options: Namespace) -> None:
    """Print hash, quality and path of each picture; go on after one that cannot be read."""
    from workers.hashing.pdq import hash_to_hex, pdq_hash
    from workers.media.images import read_image

    failures = []
    for path in options.images:
        try:
            digest, quality = pdq_hash(read_image(path))
        except MediaError as error:
            failures.append(f"{path}: {error.message}")
            continue
        print(hash_to_hex(digest), quality, path)
    if failures:
        raise MediaError("image_not_decodable", " ".join(failures))


def evaluate(options: Namespace) -> None:
    """Print COCO metrics."""
    if options.reference:
        from workers.evaluation.reference import evaluate_by_pycocotools as judge
    else:
        from workers.evaluation.coco import evaluate_coco as judge

    _print_json(judge(options.gt, options.dt), indent=2)


def pour(options: Namespace) -> None:
    """Judge several videos as one pour."""
    from workers.cli.pour import run

    run(options)


def train(options: Namespace) -> None:
    """Train a detector."""
    from workers.cli.train import run

    run(options)


def vibration(options: Namespace) -> None:
    """Write insertions, findings and coverage."""
    from workers.cli.vibration import run

    run(options)


def camera(options: Namespace) -> None:
    """Write how far the camera has moved."""
    from workers.cli.camera import run

    run(options)


def stills(options: Namespace) -> None:
    """Write chosen frames of a video as pictures."""
    from workers.cli.stills import run

    run(options)


def pictures(options: Namespace) -> None:
    """Check the pictures of a folder and turn them upright."""
    from workers.cli.pictures import run

    run(options)


def check(options: Namespace) -> None:
    """Check a video and write its frame index."""
    from workers.media.check import check_video

    _print_json(check_video(options.video, options.index).to_json())


def thumbnail(options: Namespace) -> None:
    """Write a still picture of a video."""
    from workers.media.thumbnail import make_thumbnail

    make_thumbnail(options.video, options.out)
    _print_json({"path": str(options.out)})


def proxy(options: Namespace) -> None:
    """Write a copy of a video that browsers can play."""
    from workers.media.proxy import make_proxy

    def show(share: float) -> None:
        print(f"progress {share:.2f}", file=sys.stderr, flush=True)

    make_proxy(options.video, options.out, show)
    _print_json({"path": str(options.out)})


def _detector_spec(name_or_path: str, classes_path: Path | None) -> "DetectorSpec":
    from workers.detect.folder import PICKLES
    from workers.detect.spec import DetectorSpec, read_class_names

    classes = None if classes_path is None else read_class_names(classes_path)
    if name_or_path == "hog":
        return DetectorSpec("hog", "hog", classes=classes)
    path = Path(name_or_path)
    if not path.exists():
        raise DetectorError(
            "detector_not_found",
            f"{name_or_path} is neither a file nor a folder nor a built-in detector (hog).",
        )
    # A detector's folder is of this kind; so is what has to be refused as a pickle.
    is_onnx = path.is_file() and path.suffix.lower() not in PICKLES
    return DetectorSpec(path.stem, "onnx" if is_onnx else "dfine", path, classes)


def _print_json(value: dict[str, Any], indent: int | None = None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    # Half a character in a name can be written in one way only, which is JSON's own.
    print(text.encode(errors="backslashreplace").decode())


class _Progress:
    """Says on stderr now and then how far the work is."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._started = self._said_at = time.monotonic()

    def show(self, done: int) -> None:
        now = time.monotonic()
        if now - self._said_at >= _PROGRESS_EVERY_S:
            self._said_at = now
            rate = done / (now - self._started)
            left_s = (self._total - done) / rate
            logger.info(
                "%d of %d frames, %.0f per second, %.0f s left", done, self._total, rate, left_s
            )

    def end(self, done: int) -> None:
        seconds = time.monotonic() - self._started
        logger.info("%d frames in %.1f s, %.0f per second", done, seconds, done / seconds)
