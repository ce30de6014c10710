"""`python -m workers` as a child process: a hostile file can only end the child."""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from apps.common.errors import InsufficientStorage, Unavailable
from apps.common.processes import LimitExceeded, Limits, child_run
from workers.cli.main import EXIT_BAD_INPUT, EXIT_FAILED
from workers.errors import WorkerError

logger = logging.getLogger(__name__)

MEMORY_BYTES = 3 * 2**30
OUTPUT_BYTES = 2**24

DISK_FULL_CODE = "disk_full"


class ChildTooDemanding(Exception):
    """The child was killed because it took more time, memory or output than it may."""


class ChildCrashed(Exception):
    """The child ended without an answer; `reason` is the last thing that it said.

    A negative `returncode` is the signal that ended it.
    """

    def __init__(self, message: str, reason: str = "", returncode: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.returncode = returncode


def worker_run(
    *arguments: str,
    seconds: float,
    check: Callable[[], None],
    memory_bytes: int = MEMORY_BYTES,
    on_progress: Callable[[float], None] | None = None,
    on_line: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """The JSON object that the command prints last; everything else as in `worker_output`."""
    output = worker_output(
        *arguments,
        seconds=seconds,
        check=check,
        memory_bytes=memory_bytes,
        on_progress=on_progress,
        on_line=on_line,
    )
    answer = _last_object(output)
    if answer is None:
        raise ChildCrashed(f"workers {arguments[0]} gave no answer")
    return answer


def worker_output(
    *arguments: str,
    seconds: float,
    check: Callable[[], None],
    memory_bytes: int = MEMORY_BYTES,
    output_bytes: int = OUTPUT_BYTES,
    environment: Mapping[str, str] | None = None,
    on_progress: Callable[[float], None] | None = None,
    on_line: Callable[[str], None] | None = None,
) -> bytes:
    """What the command prints.

    `check` is called often, and whatever it raises ends the child. `on_progress` gets the shares
    that the child tells on its error output, `on_line` all its lines instead. What the child finds
    wrong with its input is raised as WorkerError with its code, a full disk as
    InsufficientStorage, other trouble with files as Unavailable.
    """
    try:
        result = child_run(
            [sys.executable, "-m", "workers", *arguments],
            folder=settings.BASE_DIR,
            limits=Limits(seconds=seconds, memory_bytes=memory_bytes, output_bytes=output_bytes),
            check=check,
            on_line=_progress_lines(on_progress) if on_progress else on_line,
            environment=environment,
        )
    except LimitExceeded as error:
        raise ChildTooDemanding(str(error)) from error
    if result.returncode == 0:
        return result.stdout
    answer = _last_object(result.stdout)
    if answer is not None and result.returncode == EXIT_BAD_INPUT:
        raise WorkerError(str(answer.get("code")), str(answer.get("message")))
    if answer is not None and result.returncode == EXIT_FAILED:
        code, message = str(answer.get("code")), str(answer.get("message"))
        trouble = InsufficientStorage if code == DISK_FULL_CODE else Unavailable
        raise trouble(message, code=code)
    last_words = result.stderr.decode("utf-8", "replace")[-2000:]
    logger.error("%s ended with %d: %s", " ".join(arguments), result.returncode, last_words)
    message = f"workers {arguments[0]} ended unexpectedly ({result.returncode})"
    reason = "".join(last_words.strip().splitlines()[-1:])[:200]
    raise ChildCrashed(message, reason, result.returncode)


def _progress_lines(on_progress: Callable[[float], None]) -> Callable[[str], None]:
    """Reads the lines in which a child tells how far it is."""

    def on_line(line: str) -> None:
        word, _, number = line.partition(" ")
        if word == "progress":
            on_progress(float(number))

    return on_line


def _last_object(output: bytes) -> dict[str, Any] | None:
    """Of the last line: libraries print before it."""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    try:
        answer = json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
