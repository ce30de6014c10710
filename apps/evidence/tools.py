"""The drawing, cutting and writing, in child processes: videos come from strangers, and nothing
computes in the pools that wait.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from apps.common.errors import Conflict, Unavailable
from apps.common.processes import LimitExceeded, Limits, child_run
from workers.cli.main import EXIT_BAD_INPUT
from workers.errors import WorkerError

logger = logging.getLogger(__name__)

MEMORY_BYTES = 3 * 2**30
DRAWING_SECONDS = 120.0
JOB_SECONDS = 900.0
# Who waits for a drawing does so with a browser open.
WAIT_SECONDS = 60.0

# A pool of a thousand io tasks must not start a thousand programs, nor must a page full of stills.
_PLACES = threading.Semaphore(max(2, os.cpu_count() or 1))


class ToolCrashed(Exception):
    """The child ended without an answer."""


def run_tool(
    command: str,
    *arguments: str,
    document: dict[str, Any] | None = None,
    seconds: float = JOB_SECONDS,
    check: Callable[[], None] = lambda: None,
) -> bytes:
    """Run `python -m workers COMMAND [DOCUMENT] ARGUMENTS`; what it printed.

    Raises:
        WorkerError: what the program finds wrong with its input.
        Conflict: it takes too much.
        ToolCrashed: it ended in another way.
    """
    while not _PLACES.acquire(timeout=0.5):
        check()
    try:
        with TemporaryDirectory(prefix="evidence-", dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            inputs: tuple[str, ...] = ()
            if document is not None:
                path = Path(folder) / "document.json"
                path.write_text(json.dumps(document), encoding="utf-8")
                inputs = (str(path),)
            result = child_run(
                [sys.executable, "-m", "workers", command, *inputs, *arguments],
                folder=settings.BASE_DIR,
                limits=Limits(seconds=seconds, memory_bytes=MEMORY_BYTES),
                check=check,
                environment={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
    except LimitExceeded as error:
        raise Conflict(f"It takes too much: {error}.", code="evidence_too_demanding") from error
    finally:
        _PLACES.release()
    if result.returncode == 0:
        return result.stdout
    if result.returncode == EXIT_BAD_INPUT:
        answer = json.loads(result.stdout.splitlines()[-1])
        raise WorkerError(str(answer["code"]), str(answer["message"]))
    last_words = result.stderr.decode("utf-8", "replace")[-2000:]
    logger.error("workers %s ended with %d: %s", command, result.returncode, last_words)
    raise ToolCrashed(f"workers {command} ended with {result.returncode}")


def draw(command: str, *arguments: str, document: dict[str, Any] | None) -> None:
    """Make a drawing for somebody who waits for it.

    Raises:
        WorkerError: what the program finds wrong with its input.
        Unavailable: it could not be made now.
    """
    deadline = threading.Event()
    timer = threading.Timer(WAIT_SECONDS, deadline.set)
    timer.daemon = True
    timer.start()

    def check() -> None:
        if deadline.is_set():
            raise Unavailable("The server is busy drawing.", code="drawing_busy")

    try:
        run_tool(command, *arguments, document=document, seconds=DRAWING_SECONDS, check=check)
    except ToolCrashed as crash:
        raise Unavailable("The drawing could not be made.", code="drawing_failed") from crash
    finally:
        timer.cancel()
