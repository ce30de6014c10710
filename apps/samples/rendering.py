"""Rendering a sample, in a child process of limited length."""

import logging
import os
import re
import sys
import threading
from pathlib import Path

from django.conf import settings

from apps.common.errors import Invalid
from apps.common.processes import LimitExceeded, Limits, child_run
from apps.jobs.control import JobControl
from apps.samples.catalogue import FRAMES_PER_SECOND, HEIGHT, WIDTH, Sample

logger = logging.getLogger(__name__)

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

    command = [sys.executable, "-m", "workers", "simulate", "--out", str(folder)]
    command += ["--seed", str(sample.seed), "--seconds", str(sample.seconds)]
    command += ["--difficulty", sample.difficulty, "--size", f"{WIDTH}x{HEIGHT}"]
    command += ["--fps", str(FRAMES_PER_SECOND)]
    try:
        result = child_run(
            command,
            folder=settings.BASE_DIR,
            limits=Limits(seconds=SECONDS, memory_bytes=MEMORY_BYTES),
            check=control.check,
            on_line=on_line,
        )
    except LimitExceeded as error:
        raise Invalid(f"The sample was not rendered: {error}.", code="sample_failed") from error
    if result.returncode:
        last_words = result.stderr.decode("utf-8", "replace").strip().splitlines()
        logger.error("a sample was not rendered: %s", last_words[-20:])
        reason = last_words[-1][:200] if last_words else "the renderer ended unexpectedly"
        raise Invalid(f"The sample was not rendered: {reason}.", code="sample_failed")
