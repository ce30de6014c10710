"""The compute that looks into uploaded files, in child processes: a hostile file can only end one.

What it finds wrong with the file is raised as WorkerError.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apps.common.workers_child import ChildCrashed, ChildTooDemanding, worker_run

BASE_SECONDS = 120.0
# Slower than this no disk and no decoder is.
SLOWEST_BYTES_PER_SECOND = 10 * 2**20
# A proxy of slow-moving, huge pictures on a small machine.
SLOWEST_PROXY_SPEED = 0.1
# A frame far behind its key frame, on a small machine.
SLOWEST_STILL_SECONDS = 10.0

# A pool of a thousand io tasks must not start a thousand decoders. Proxies take long and all the
# cores they get, so they have places of their own and leave those of the checks alone.
_CORES = os.cpu_count() or 1
_CHECKS = threading.Semaphore(_CORES)
_PROXIES = threading.Semaphore(max(1, _CORES // 4))


# How a decoder ends that a file has led astray. A child that does not start, or that somebody
# else kills, says nothing about the file.
_CRASHES = (signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV)


class ToolCrashed(Exception):
    """The child ended without an answer; `code` and the message say how."""

    def __init__(self, code: str, message: str, *, may_be_the_file: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.may_be_the_file = may_be_the_file


def check_file(path: Path, index: Path, *, check: Callable[[], None]) -> dict[str, Any]:
    """`{"facts", "sha256"}` of a video; its frame index is saved at `index`."""
    seconds = BASE_SECONDS + path.stat().st_size / SLOWEST_BYTES_PER_SECOND
    with _place(_CHECKS, check):
        return _run("check", str(path), "--index", str(index), seconds=seconds, check=check)


def make_thumbnail(path: Path, out: Path, *, check: Callable[[], None]) -> None:
    with _place(_CHECKS, check):
        _run("thumbnail", str(path), "--out", str(out), seconds=BASE_SECONDS, check=check)


def make_proxy(
    path: Path,
    out: Path,
    *,
    duration_seconds: float,
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> None:
    """A copy that browsers play; it appears at `out` when it is complete."""
    seconds = BASE_SECONDS + duration_seconds / SLOWEST_PROXY_SPEED
    arguments = ("proxy", str(path), "--out", str(out))
    with _place(_PROXIES, check):
        _run(*arguments, seconds=seconds, check=check, on_progress=progress)


def save_stills(
    path: Path,
    index: Path,
    numbers: Path,
    out: Path,
    *,
    count: int,
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> None:
    """The frames that the JSON file `numbers` lists, as `NUMBER.jpg` in the folder `out`."""
    arguments = ("stills", str(path), "--index", str(index))
    with _place(_CHECKS, check):
        _run(
            *arguments,
            "--numbers",
            str(numbers),
            "--out",
            str(out),
            seconds=BASE_SECONDS + count * SLOWEST_STILL_SECONDS,
            check=check,
            on_progress=progress,
        )


@contextmanager
def _place(places: threading.Semaphore, check: Callable[[], None]) -> Iterator[None]:
    """Wait for a place, and go away when the work is no longer wanted."""
    while not places.acquire(timeout=0.5):
        check()
    try:
        yield
    finally:
        places.release()


def _run(
    *arguments: str,
    seconds: float,
    check: Callable[[], None],
    on_progress: Callable[[float], None] | None = None,
) -> dict[str, Any]:
    try:
        return worker_run(*arguments, seconds=seconds, check=check, on_progress=on_progress)
    except ChildTooDemanding as error:
        raise ToolCrashed(
            "video_too_demanding",
            f"The file takes too much to examine: {error}.",
            may_be_the_file=True,
        ) from error
    except ChildCrashed as error:
        raise ToolCrashed(
            "video_check_crashed",
            "The program that examines files ended unexpectedly on this one.",
            may_be_the_file=-error.returncode in _CRASHES,
        ) from error
