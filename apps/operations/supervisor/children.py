"""One child process: started so that it never outlives us, read line by line, ended as a group."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apps.common.processes import die_with_parent

# A child that ran this long was healthy: the next restart comes at once.
HEALTHY_AFTER_S = 30.0
BACKOFF_FIRST_S = 0.5
BACKOFF_MOST_S = 15.0


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to start. `end_signal` is what the kernel sends when the supervisor dies."""

    name: str
    command: list[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    end_signal: signal.Signals = signal.SIGKILL


class Child:
    """A started program and the clock of its restarts."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self.process: subprocess.Popen[bytes] | None = None
        self.restart_at: float | None = None
        self._started_at = 0.0
        self._backoff_s = BACKOFF_FIRST_S
        self._rest = b""

    @property
    def name(self) -> str:
        return self.spec.name

    def start(self) -> None:
        self.restart_at = None
        self._started_at = time.monotonic()
        self._rest = b""
        # A session of its own: Ctrl-C at the terminal reaches the supervisor alone, which ends
        # the parts in their right order.
        self.process = subprocess.Popen(
            self.spec.command,
            cwd=self.spec.folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.spec.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(self.spec.end_signal),
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def lines(self) -> list[str] | None:
        """Whole lines that have arrived; None at the end of the output."""
        assert self.process is not None
        assert self.process.stdout is not None
        try:
            data = os.read(self.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return []
        whole, _, self._rest = (self._rest + data).rpartition(b"\n")
        if not data and self._rest:
            whole, self._rest = self._rest, b""
        text = whole.decode("utf-8", "replace")
        return text.splitlines() if data or text else None

    def plan_restart(self) -> float:
        """Called when it has ended; sets and returns the seconds until the next start."""
        now = time.monotonic()
        if now - self._started_at >= HEALTHY_AFTER_S:
            self._backoff_s = BACKOFF_FIRST_S
        wait_s = self._backoff_s
        self._backoff_s = min(2 * self._backoff_s, BACKOFF_MOST_S)
        self.restart_at = now + wait_s
        return wait_s

    def signal_group(self, number: signal.Signals) -> None:
        """Signals the child with everything it started itself."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
