"""The compute of an inspection, in child processes: nothing computes in the pool that waits."""

import json
import os
import threading
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from apps.common.errors import Conflict
from apps.common.workers_child import ChildTooDemanding, worker_output
from workers.vibration.camera import CameraShift

BASE_SECONDS = 600.0
# A pour is judged hundreds of times faster than this, movement measured some ten times faster.
SLOWEST_FRAMES_PER_SECOND = 100.0
SLOWEST_CAMERA_SPEED = 1.0
# 10 hours at one shift a second are 2 MB.
CAMERA_OUTPUT_BYTES = 2**26

SHIFT_FIELDS = tuple(field.name for field in fields(CameraShift))

# A pool of a thousand io tasks must not start a thousand programs. Measuring a long video takes
# long, so it has places of its own and leaves those of the judgements alone.
_CORES = os.cpu_count() or 1
_JUDGEMENTS = threading.Semaphore(_CORES)
_CAMERAS = threading.Semaphore(max(1, _CORES // 4))


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
        "pour",
        str(document),
        "--out",
        str(out),
        places=_JUDGEMENTS,
        seconds=BASE_SECONDS + frames / SLOWEST_FRAMES_PER_SECOND,
        check=check,
        progress=progress,
    )


def measure_camera(
    video: Path,
    index: Path,
    *,
    frames: Path,
    reference_s: float,
    duration_seconds: float,
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> list[list[float]]:
    """How far the picture moved: rows of the fields of `CameraShift`, in their order.

    What has a box in `frames`, a file of frame results, is not taken for standing still.
    """
    output = _run(
        "camera",
        str(video),
        "--reference-seconds",
        f"{reference_s:.3f}",
        "--index",
        str(index),
        "--frames",
        str(frames),
        places=_CAMERAS,
        seconds=BASE_SECONDS + duration_seconds / SLOWEST_CAMERA_SPEED,
        check=check,
        progress=progress,
    )
    lines = [json.loads(line) for line in output.splitlines() if line.strip()]
    return [[line[name] for name in SHIFT_FIELDS] for line in lines]


def _run(
    *arguments: str,
    places: threading.Semaphore,
    seconds: float,
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> bytes:
    while not places.acquire(timeout=0.5):
        check()
    try:
        return worker_output(
            *arguments,
            seconds=seconds,
            check=check,
            output_bytes=CAMERA_OUTPUT_BYTES,
            on_progress=progress,
            # Its matrices are small: threads would only take the cores from others.
            environment={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    except ChildTooDemanding as error:
        raise Conflict(f"It takes too much: {error}.", code="inspection_too_demanding") from error
    finally:
        places.release()
