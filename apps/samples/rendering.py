"""Rendering a sample, in a child process of limited length."""

import os
import re
import threading
from pathlib import Path

from apps.common.errors import Invalid
from apps.common.workers_child import ChildCrashed, ChildTooDemanding, worker_output
from apps.jobs.control import JobControl
from apps.samples.catalogue import FRAMES_PER_SECOND, HEIGHT, WIDTH, Sample
from workers.errors import WorkerError

VIDEO, SITE = "video.mp4", "site.json"
# Twenty times what it takes on two cores.
SECONDS = 1800.0
MEMORY_BYTES = 2 * 2**30
DONE = "done"

# Rendering takes the cores that checks and proxies want too.
_PLACES = threading.Semaphore(max(1, (os.cpu_count() or 1) // 2))
_PERCENT = re.compile(r"(\d+) %")


def sample_render(sample: Sample, folder: Path, control: JobControl, *, share: float) -> None:
    """`video.mp4` and `site.json` in the folder; at once where they are there already.

    `share` is what of the job's progress this is.
    """
    if (folder / DONE).exists():
        return
    while not _PLACES.acquire(timeout=0.5):
        control.check()
    try:
        _render(sample, folder, control, share)
    finally:
        _PLACES.release()
    (folder / DONE).touch()


def _render(sample: Sample, folder: Path, control: JobControl, share: float) -> None:
    def on_line(line: str) -> None:
        if found := _PERCENT.match(line):
            control.progress(share * int(found[1]) / 100)

    arguments = ["--out", str(folder), "--seed", str(sample.seed)]
    arguments += ["--seconds", str(sample.seconds), "--difficulty", sample.difficulty]
    arguments += ["--size", f"{WIDTH}x{HEIGHT}", "--fps", str(FRAMES_PER_SECOND)]
    try:
        worker_output(
            "simulate",
            *arguments,
            seconds=SECONDS,
            memory_bytes=MEMORY_BYTES,
            check=control.check,
            on_line=on_line,
        )
    except WorkerError as error:
        raise _failed(error.message) from error
    except ChildTooDemanding as error:
        raise _failed(f"{error}.") from error
    except ChildCrashed as crash:
        raise _failed(crash.reason or f"{crash}.") from crash


def _failed(reason: str) -> Invalid:
    return Invalid(f"The sample was not rendered: {reason}", code="sample_failed")
