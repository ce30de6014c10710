"""A Redis server without persistence is killed in the middle of a run: every message is lost."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.operations.supervisor.embedded_redis import redis_program, redis_wait
from tests.faults.conftest import LEASE, site_make
from tests.stack import Stack, free_port, wait_for


class PrivateRedis:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [redis_program(), "--port", str(self._port), "--save", "", "--appendonly", "no"],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )
        assert redis_wait(self.url)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrivateRedis]:
    started = PrivateRedis(tmp_path)
    yield started
    started.kill()


def test_a_redis_that_forgets_everything_delays_a_run_and_breaks_nothing(
    server: PrivateRedis, stack_start: Callable[..., Stack], test_data: Path
) -> None:
    stack = stack_start(env={**LEASE, "CVD_REDIS_URL": server.url})
    site = site_make(stack, test_data / "video" / "vtest.mp4")
    run = site.start(fps=1)
    site.wait_frames(run, at_least=5)
    children = stack.pids()
    server.kill()
    answer = wait_for(
        lambda: (
            (found := site.api.get(f"projects/{site.project}/events/")).status_code == 503 and found
        ),
        timeout_s=20,
    )
    assert answer.json()["code"] == "redis_unavailable"
    assert site.api.get(f"runs/{run}/").status_code == 200
    server.start()
    ended = site.wait_end(run)
    assert ended["state"] == "completed", ended
    assert site.frames(run) == list(range(0, 795, 10))
    after = site.start(fps=0.2)
    assert site.wait_end(after)["state"] == "completed"
    assert stack.pids() == children, "nothing had to be restarted"


def test_a_run_that_starts_while_the_broker_is_away_is_sent_when_it_is_back(
    server: PrivateRedis, stack_start: Callable[..., Stack], test_data: Path
) -> None:
    stack = stack_start(env={**LEASE, "CVD_REDIS_URL": server.url})
    site = site_make(stack, test_data / "video" / "vtest.mp4")
    server.kill()
    run = site.start(fps=0.5)
    server.start()
    assert site.wait_end(run)["state"] == "completed"
