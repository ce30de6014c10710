"""The drawing, cutting and writing, in child processes: videos come from strangers, and nothing
computes in the pools that wait.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from apps.common.errors import Conflict, Unavailable
from apps.common.workers_child import ChildCrashed, ChildTooDemanding, worker_run
from workers.errors import WorkerError

DRAWING_SECONDS = 120.0
JOB_SECONDS = 900.0
# Who waits for a drawing does so with a browser open.
WAIT_SECONDS = 60.0

# A pool of a thousand io tasks must not start a thousand programs, nor must a page full of stills.
_PLACES = threading.Semaphore(max(2, os.cpu_count() or 1))


def run_tool(
    command: str,
    *arguments: str,
    document: dict[str, Any] | None = None,
    seconds: float = JOB_SECONDS,
    check: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Run `python -m workers COMMAND [DOCUMENT] ARGUMENTS`; what it answers.

    Raises:
        WorkerError: what the program finds wrong with its input.
        Conflict: it takes too much.
        ChildCrashed: it ended in another way.
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
            return worker_run(command, *inputs, *arguments, seconds=seconds, check=check)
    except ChildTooDemanding as error:
        raise Conflict(f"It takes too much: {error}.", code="evidence_too_demanding") from error
    finally:
        _PLACES.release()


def draw(command: str, *arguments: str, document: dict[str, Any] | None) -> None:
    """Make a drawing for somebody who waits for it.

    Raises:
        Conflict: what the program finds wrong with its input.
        Unavailable: it could not be made now.
    """
    deadline = time.monotonic() + WAIT_SECONDS

    def check() -> None:
        if time.monotonic() > deadline:
            raise Unavailable("The server is busy drawing.", code="drawing_busy")

    try:
        run_tool(command, *arguments, document=document, seconds=DRAWING_SECONDS, check=check)
    except WorkerError as error:
        raise Conflict(error.message, code=error.code) from error
    except ChildCrashed as crash:
        raise Unavailable("The drawing could not be made.", code="drawing_failed") from crash
