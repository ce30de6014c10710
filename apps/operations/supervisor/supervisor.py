"""The loop that keeps the parts running: one thread that waits for output, ends and signals."""

import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType, TracebackType

from apps.operations.supervisor import instance
from apps.operations.supervisor.children import Child, ChildSpec

STOP_PATIENCE_S = 6.0
TICK_S = 0.5


class Supervisor:
    """Use it as a context manager: leaving ends every part, in the reverse order of groups."""

    def __init__(self, *, data_dir: Path, address: str, say: Callable[[str, str], None]) -> None:
        self._data_dir = data_dir
        self._address = address
        self._say = say
        # Later groups depend on earlier ones, so they are ended first.
        self._groups: list[list[Child]] = []
        self._selector = selectors.DefaultSelector()
        self._wakeup, self._wakeup_writer = socket.socketpair()
        self._stopping = False

    def __enter__(self) -> "Supervisor":
        for end in (self._wakeup, self._wakeup_writer):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wakeup_writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_stop_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake up
        self._selector.register(self._wakeup, selectors.EVENT_READ, None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        for group in reversed(self._groups):
            self._stop_group(group)
        signal.set_wakeup_fd(-1)
        self._selector.close()

    @property
    def is_stopping(self) -> bool:
        return self._stopping

    def start(self, specs: Iterable[ChildSpec]) -> None:
        """Starts a group of parts that may run side by side."""
        group = [Child(spec) for spec in specs]
        self._groups.append(group)
        for child in group:
            self._start_child(child)

    def run_until(self, is_done: Callable[[], bool], *, timeout_s: float | None = None) -> bool:
        """Keeps the parts running; False when told to stop, or when `timeout_s` has passed."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not self._stopping and (deadline is None or time.monotonic() < deadline):
            if is_done():
                return True
            self._turn()
        return False

    def _turn(self) -> None:
        self._read_output(TICK_S)
        now = time.monotonic()
        for child in self._children():
            if child.restart_at is not None:
                if now >= child.restart_at:
                    self._start_child(child)
            elif child.process is not None and child.process.poll() is not None:
                self._on_end(child)

    def _children(self) -> list[Child]:
        return [child for group in self._groups for child in group]

    def _start_child(self, child: Child) -> None:
        child.start()
        assert child.process is not None
        assert child.process.stdout is not None
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)
        self._facts_write()

    def _on_end(self, child: Child) -> None:
        assert child.process is not None
        self._drain(child)
        child.signal_group(signal.SIGKILL)  # whatever it had started
        wait_s = child.plan_restart()
        self._say(
            "up",
            f"{child.name} ended ({_how(child.process.returncode)}); again in {wait_s:.1f} s",
        )

    def _read_output(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                self._wakeup.recv(4096)
            else:
                self._pass_on(key.data)

    def _pass_on(self, child: Child) -> bool:
        """Prints what a child has said; False at its end."""
        lines = child.lines()
        for line in lines or []:
            self._say(child.name, line)
        if lines is None:
            self._close_output(child)
        return lines is not None

    def _drain(self, child: Child) -> None:
        """The last words of a child that has ended; its own children may hold the pipe open."""
        assert child.process is not None
        assert child.process.stdout is not None
        if not child.process.stdout.closed:
            while lines := child.lines():
                for line in lines:
                    self._say(child.name, line)
            self._close_output(child)

    def _close_output(self, child: Child) -> None:
        assert child.process is not None
        assert child.process.stdout is not None
        self._selector.unregister(child.process.stdout)
        child.process.stdout.close()

    def _stop_group(self, group: list[Child]) -> None:
        for child in group:
            child.terminate()
        deadline = time.monotonic() + STOP_PATIENCE_S
        while time.monotonic() < deadline and any(_is_alive(child) for child in group):
            self._read_output(0.05)
        for child in group:
            if child.restart_at is None and child.process is not None:
                child.signal_group(signal.SIGKILL)
                child.process.wait()
                self._drain(child)

    def _facts_write(self) -> None:
        instance.facts_write(
            self._data_dir,
            {
                "pid": os.getpid(),
                "address": self._address,
                "children": {
                    child.name: child.process.pid for child in self._children() if child.process
                },
            },
        )

    def _on_stop_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True


def say(name: str, line: str) -> None:
    """One line of a part, with its name before it."""
    sys.stdout.write(f"{name:<5} | {line}\n")
    sys.stdout.flush()


def _is_alive(child: Child) -> bool:
    return child.process is not None and child.process.poll() is None


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
