"""A run that waits says why, and goes on when the reason is gone."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.faults.conftest import LEASE, site_make
from tests.stack import REPOSITORY, Stack, wait_for


def test_without_a_gpu_worker_a_run_says_so_and_goes_on_when_one_comes(
    stack_start: Callable[..., Stack], test_data: Path
) -> None:
    stack = stack_start(only="web,io,beat", env=LEASE)
    first = site_make(stack, test_data / "video" / "vtest.mp4")
    run = first.start(fps=0.8)  # long enough to be seen running
    shown = first.run(run)
    assert shown["waiting_code"] == "no_gpu_worker"
    assert shown["waiting_reason"] == "No GPU worker is running."
    assert shown["state"] == "queued"
    second = site_make(stack, test_data / "video" / "vtest.mp4")
    behind = second.start(fps=0.1)
    with subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "backend", "worker", "-Q", "gpu", "-P", "solo"],
        cwd=REPOSITORY,
        env=stack.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as worker:
        try:
            first.wait_frames(run, at_least=1)
            shown = second.run(behind)
            assert shown["waiting_code"] == "runs_ahead"
            assert shown["waiting_reason"] == "1 run is ahead of this one."
            [info] = [w for w in first.get("system/")["workers"] if "gpu" in w["queues"]]
            assert info["pid"] == worker.pid
            wait_for(
                lambda: any(w["current"] for w in first.get("system/")["workers"]), timeout_s=10
            )
            assert first.wait_end(run)["state"] == "completed"
            assert second.wait_end(behind)["state"] == "completed"
        finally:
            worker.terminate()
