"""Child processes that never outlive us and never take more than they were given."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.1
# In one poll: who tells more than this does not tell how far it is.
READ_BYTES = 2**18

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: has the kernel end the child when the thread that started it ends."""
    prctl = _prctl
    if prctl is None:
        return None
    parent = os.getpid()

    def set_up() -> None:
        prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return set_up


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use. Memory is what is resident: decoders reserve far more than they use.

    Lines that were listened to are no output: a child may tell how far it is for weeks.
    """

    seconds: float
    memory_bytes: int
    output_bytes: int = 2**24


@dataclass(frozen=True, slots=True)
class ChildResult:
    """How a child ended by itself; a negative `returncode` is the signal that ended it.

    Of a long `stderr` it has the end.
    """

    returncode: int
    stdout: bytes
    stderr: bytes


class LimitExceeded(Exception):
    """The child was killed because it used more than it may; the message says what."""


def child_run(
    command: list[str],
    *,
    folder: Path,
    limits: Limits,
    check: Callable[[], None],
    on_line: Callable[[str], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> ChildResult:
    """Run a program to its end, calling `check` often; whatever that raises kills the program.

    `on_line` gets each line of the error output. Output goes to files and everything here polls,
    so that in an eventlet worker others go on meanwhile.
    """
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        lines = _Lines(stderr, on_line)
        try:
            deadline = time.monotonic() + limits.seconds
            while process.poll() is None:
                check()
                lines.read()
                _enforce(process.pid, limits, deadline, max(_size(stdout), lines.unread_bytes))
                time.sleep(POLL_SECONDS)
        finally:
            _kill_group(process)
        while lines.read():
            pass
        return ChildResult(
            process.returncode,
            os.pread(stdout.fileno(), limits.output_bytes, 0),
            os.pread(
                stderr.fileno(), limits.output_bytes, max(0, _size(stderr) - limits.output_bytes)
            ),
        )


def _enforce(pid: int, limits: Limits, deadline: float, output_bytes: int) -> None:
    if time.monotonic() > deadline:
        raise LimitExceeded(f"it took longer than {limits.seconds:.0f} s")
    if output_bytes > limits.output_bytes:
        raise LimitExceeded("it wrote too much output")
    try:
        resident = psutil.Process(pid).memory_info().rss
    except psutil.Error:  # it has just ended
        return
    if resident > limits.memory_bytes:
        raise LimitExceeded(f"it used more than {limits.memory_bytes // 2**20} MiB of memory")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Also what the child may have started itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    while process.poll() is None:
        time.sleep(POLL_SECONDS / 10)


def _size(output: IO[bytes]) -> int:
    return os.fstat(output.fileno()).st_size


class _Lines:
    """Whole lines of a file that somebody else is still writing."""

    def __init__(self, file: IO[bytes], on_line: Callable[[str], None] | None) -> None:
        self._file = file
        self._on_line = on_line
        self._position = 0

    @property
    def unread_bytes(self) -> int:
        return _size(self._file) - self._position

    def read(self) -> bool:
        """Hand on what is new, but not all of a flood; False when nothing was."""
        if self._on_line is None:
            return False
        data = os.pread(self._file.fileno(), READ_BYTES, self._position)
        whole = data[: data.rfind(b"\n") + 1]
        self._position += len(whole)
        for line in whole.decode("utf-8", "replace").splitlines():
            self._on_line(line)
        return bool(whole)
