"""A database server of our own is killed and started again in the middle of a run."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pymysql
import pytest

from tests.conftest import skip_or_fail
from tests.faults.conftest import LEASE, site_make
from tests.stack import Stack, free_port, wait_for


class PrivateDatabase:
    """A MariaDB server in a folder, which may be killed without hurting anybody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"mysql://root@127.0.0.1:{self.port}/cvd"
        subprocess.run(
            [
                "mariadb-install-db",
                "--no-defaults",
                f"--datadir={folder}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *self._as_root(),
            ],
            check=True,
            capture_output=True,
        )
        self.start()
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE cvd CHARACTER SET utf8mb4")

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                "mariadbd",
                "--no-defaults",
                f"--datadir={self.folder}",
                f"--port={self.port}",
                "--bind-address=127.0.0.1",
                f"--socket={self.folder}/server.sock",
                *self._as_root(),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._answers, timeout_s=60, message="the database did not start")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except pymysql.MySQLError:
            return False
        return True

    def _connect(self) -> pymysql.Connection:
        return pymysql.connect(host="127.0.0.1", port=self.port, user="root", connect_timeout=2)

    @staticmethod
    def _as_root() -> list[str]:
        return ["--user=root"] if os.getuid() == 0 else []


@pytest.fixture
def database(tmp_path: Path) -> Iterator[PrivateDatabase]:
    for program in ("mariadb-install-db", "mariadbd"):
        if shutil.which(program) is None:
            skip_or_fail(f"{program} is not installed", required_by="CVD_REQUIRE_SERVICES")
    started = PrivateDatabase(tmp_path / "mariadb")
    yield started
    started.kill()


@pytest.mark.services
def test_the_database_is_killed_and_comes_back(
    database: PrivateDatabase, stack_start: Callable[..., Stack], test_data: Path
) -> None:
    stack = stack_start(env={**LEASE, "CVD_DATABASE_URL": database.url})
    site = site_make(stack, test_data / "video" / "vtest.mp4")
    run = site.start(fps=1)
    site.wait_frames(run, at_least=5)
    children = stack.pids()
    database.kill()
    answer = wait_for(
        lambda: (found := site.api.get(f"runs/{run}/")).status_code == 503 and found,
        timeout_s=10,
    )
    assert answer.json()["code"] == "database_unavailable"
    ready = stack.client().get(f"{stack.origin}/health/ready")
    assert ready.status_code == 503
    database.start()
    ended = site.wait_end(run)
    assert ended["state"] == "completed", ended
    assert site.frames(run) == list(range(0, 795, 10))
    assert stack.pids() == children, "nothing had to be restarted"
