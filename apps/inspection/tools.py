"""The compute of an inspection, in child processes: nothing computes in the pool that waits."""

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.common.errors import Conflict
from apps.common.processes import LimitExceeded, Limits, child_run
from workers.cli.main import EXIT_BAD_INPUT
from workers.errors import WorkerError

logger = logging.getLogger(__name__)

MEMORY_BYTES = 3 * 2**30
BASE_SECONDS = 600.0
# A pour is judged hundreds of times faster than this, movement measured some ten times faster.
SLOWEST_FRAMES_PER_SECOND = 100.0
SLOWEST_CAMERA_SPEED = 1.0
# 10 hours at one shift a second are 2 MB.
CAMERA_OUTPUT_BYTES = 2**26

# A pool of a thousand io tasks must not start a thousand programs. Measuring a long video takes
# long, so it has places of its own and leaves those of the judgements alone.
_CORES = os.cpu_count() or 1
_JUDGEMENTS = threading.Semaphore(_CORES)
_CAMERAS = threading.Semaphore(max(1, _CORES // 4))


class ToolCrashed(Exception):
    """The child ended without an answer."""


def judge_pour(
    document: Path,
    out: Path,
    *,
    frames: int,
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> None:
    """Judge what a document of `workers.vibration.pour_files` describes, into the folder `out`."""
    _run(
        ["pour", str(document), "--out", str(out)],
        places=_JUDGEMENTS,
        seconds=BASE_SECONDS + frames / SLOWEST_FRAMES_PER_SECOND,
        check=check,
        progress=progress,
    )


def measure_camera(
    video: Path,
    index: Path,
    *,
    reference_s: float,
    duration_seconds: float,
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> list[list[float]]:
    """How far the picture moved: rows of pts_seconds, dx_px, dy_px, inliers."""
    output = _run(
        [
            "camera",
            str(video),
            "--reference-seconds",
            f"{reference_s:.3f}",
            "--index",
            str(index),
        ],
        places=_CAMERAS,
        seconds=BASE_SECONDS + duration_seconds / SLOWEST_CAMERA_SPEED,
        check=check,
        progress=progress,
    )
    lines = [json.loads(line) for line in output.splitlines() if line.strip()]
    return [[line["pts_seconds"], line["dx_px"], line["dy_px"], line["inliers"]] for line in lines]


def _run(
    arguments: list[str],
    *,
    places: threading.Semaphore,
    seconds: float,
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> bytes:
    def on_line(line: str) -> None:
        word, _, number = line.partition(" ")
        if word == "progress":
            progress(float(number))

    while not places.acquire(timeout=0.5):
        check()
    try:
        result = child_run(
            [sys.executable, "-m", "workers", *arguments],
            folder=settings.BASE_DIR,
            limits=Limits(
                seconds=seconds, memory_bytes=MEMORY_BYTES, output_bytes=CAMERA_OUTPUT_BYTES
            ),
            check=check,
            on_line=on_line,
            # Its matrices are small: threads would only take the cores from others.
            environment={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    except LimitExceeded as error:
        raise Conflict(f"It takes too much: {error}.", code="inspection_too_demanding") from error
    finally:
        places.release()
    if result.returncode == 0:
        return result.stdout
    if result.returncode == EXIT_BAD_INPUT:
        raise _refusal(result.stdout, result.stderr)
    last_words = result.stderr.decode("utf-8", "replace")[-2000:]
    logger.error("%s ended with %d: %s", " ".join(arguments), result.returncode, last_words)
    raise ToolCrashed(f"workers {arguments[0]} ended with {result.returncode}")


def _refusal(stdout: bytes, stderr: bytes) -> WorkerError:
    try:
        answer: Any = json.loads(stdout)
        return WorkerError(str(answer["code"]), str(answer["message"]))
    except (ValueError, TypeError, KeyError):
        lines = stderr.decode("utf-8", "replace").strip().splitlines()
        return WorkerError("inspection_refused", lines[-1] if lines else "It was refused.")
