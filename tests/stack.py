"""The whole real system, started by `manage.py up` on a folder and a port of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from apps.operations.supervisor import instance
from tests.services import (
    SERVICES_DATABASE_URL,
    SERVICES_REDIS_URL,
    mysql_execute,
    redis_keys_delete,
)

REPOSITORY = Path(__file__).resolve().parents[1]
START_PATIENCE_S = 90.0


def wait_for(what: Callable[[], Any], *, timeout_s: float = 60.0, message: str = "") -> Any:
    """Asks until the answer is true, and returns it."""
    deadline = time.monotonic() + timeout_s
    while True:
        if answer := what():
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(message or f"did not happen within {timeout_s:.0f} s")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stack:
    """Started at birth; `close()` ends it and takes away what it kept."""

    def __init__(
        self,
        folder: Path,
        *,
        setup: str = "embedded",
        only: str | None = None,
        env: Mapping[str, str] | None = None,
        database_port: int | None = None,
    ) -> None:
        self.setup = setup
        self.data_dir = folder / "data"
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.password = ""
        self._only = only
        self._name = f"cvd_stack_{uuid.uuid4().hex[:12]}"
        self._env = {**self._setup_env(database_port), **(env or {})}
        self._lines: list[str] = []
        self._clients: list[httpx.Client] = []
        self._admin: httpx.Client | None = None
        self.start()

    # --- the process ---------------------------------------------------------------------------

    @property
    def database(self) -> str:
        """The name of its database in the set-up with servers."""
        return self._name

    @property
    def env(self) -> dict[str, str]:
        """The environment in which `manage.py` and workers belong to this system."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CVD_", "DJANGO_"))}
        return {**kept, "CVD_DATA_DIR": str(self.data_dir), **self._env}

    def start(self) -> None:
        command = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        if self._only is not None:
            command += ["--only", self._only]
        self.process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=[self.process], daemon=True).start()
        mark = f"CVD-MIS is at {self.origin}" if self._has_web else "celery.apps.worker"
        try:
            self.wait_for_log(mark, since=len(self._lines), timeout_s=START_PATIENCE_S)
        except AssertionError:
            self.stop()
            raise
        if self._has_web and not self.password:
            self.password = self._first_password()

    def stop(self) -> int:
        """As Ctrl-C does it; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()  # its children go with it
        return self.process.wait()

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.stop()
        if self.setup == "services":
            mysql_execute(f"DROP DATABASE IF EXISTS {self._name}")
            redis_keys_delete(self._name)
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def manage(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs `manage.py` inside this system."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=REPOSITORY,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    # --- its parts: web, gpu, io, beat and, in the embedded set-up, redis ------------------------

    def pids(self) -> dict[str, int]:
        facts = instance.facts_read(self.data_dir)
        return dict(facts["children"]) if facts else {}

    def kill(self, part: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Kills one part and returns the process id it had; the supervisor starts it again."""
        pid = self.pids()[part]
        os.kill(pid, number)
        return pid

    def wait_restarted(self, part: str, old_pid: int, *, timeout_s: float = 30.0) -> int:
        def new_pid() -> int | None:
            pid = self.pids().get(part)
            return pid if pid != old_pid else None

        return int(wait_for(new_pid, timeout_s=timeout_s, message=f"{part} was not started again"))

    # --- talking to it ---------------------------------------------------------------------------

    @property
    def admin(self) -> httpx.Client:
        """The first administrator's client, with a token; addresses are below /api/v1/."""
        if self._admin is None:
            self._admin = self.client("admin", self.password)
        return self._admin

    def client(self, username: str | None = None, password: str = "") -> httpx.Client:
        """An API client; anonymous without a name."""
        client = httpx.Client(base_url=f"{self.origin}/api/v1/", timeout=30, trust_env=False)
        self._clients.append(client)
        if username is not None:
            answer = client.post(
                "auth/tokens/",
                json={
                    "username": username,
                    "password": password,
                    "name": "tests",
                    "expires_in_days": 1,
                },
            )
            assert answer.status_code == 201, answer.text
            client.headers["Authorization"] = f"Token {answer.json()['token']}"
        return client

    def user(self, username: str, role: str) -> httpx.Client:
        """A new person with this role, as a client."""
        password = uuid.uuid4().hex
        done = self.manage(
            "createuser", username, "--role", role, "--password-stdin", stdin=password
        )
        assert done.returncode == 0, done.stderr
        return self.client(username, password)

    # --- what it says ----------------------------------------------------------------------------

    def log(self, last: int = 120) -> str:
        return "\n".join(self._lines[-last:])

    def wait_for_log(self, text: str, *, since: int = 0, timeout_s: float = 60.0) -> None:
        def said() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(f"the system ended:\n{self.log()}")
            return any(text in line for line in self._lines[since:])

        wait_for(said, timeout_s=timeout_s, message=f"no {text!r} in\n{self.log()}")

    @property
    def _has_web(self) -> bool:
        return self._only is None or "web" in self._only.split(",")

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.append(line.rstrip("\n"))

    def _first_password(self) -> str:
        def found() -> re.Match[str] | None:
            return re.search(r"password: (\S+)", self.log(1000))

        return str(wait_for(found, timeout_s=10)[1])

    def _setup_env(self, database_port: int | None) -> dict[str, str]:
        common = {"CVD_DISK_RESERVE_MIB": "64"}
        if self.setup == "embedded":
            return common
        mysql_execute(f"CREATE DATABASE {self._name} CHARACTER SET utf8mb4")
        url = urlsplit(SERVICES_DATABASE_URL)._replace(path=f"/{self._name}")
        if database_port is not None:  # a proxy of the test's own
            user = url.netloc.rpartition("@")[0]
            url = url._replace(netloc=f"{user}@127.0.0.1:{database_port}")
        return {
            **common,
            "CVD_DATABASE_URL": url.geturl(),
            "CVD_REDIS_URL": SERVICES_REDIS_URL,
            "CVD_REDIS_PREFIX": self._name,
        }
