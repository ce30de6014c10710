"""The whole system against `python -m workers analyse` on the same video, every frame.

`python -m benchmarks.system [--quick]`. The system is the real one: web server, Celery workers,
database, Redis, and a reader of the event stream. Its time goes from the request that starts the
run to the event that says it is completed; the detector was loaded by a run before. The command
line loads it each time, so its time is taken twice: as a whole, and from its first result on.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.measuring import report
from tests.faults.conftest import Site, site_make
from tests.live.reading import Reader
from tests.stack import REPOSITORY, Stack

TARGET = 0.85


@dataclass(frozen=True)
class Alone:
    """The command line: its seconds, those from its first result on, and those of the CPUs."""

    seconds: float
    seconds_from_first: float
    cpu_seconds: float


@dataclass(frozen=True)
class Whole:
    """The system: its seconds, those of the CPUs over all its processes, and its frames."""

    seconds: float
    cpu_seconds: float
    frames: int


def command_line(video: Path, weights: Path, classes: Path, fps: float | None) -> Alone:
    command = [sys.executable, "-m", "workers", "analyse", str(video)]
    command += ["--detector", str(weights), "--classes", str(classes), "--fps", str(fps or "all")]
    cpu = _children_cpu_seconds()
    start = time.perf_counter()
    first = 0.0
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        for _ in process.stdout:
            first = first or time.perf_counter()
    end = time.perf_counter()
    return Alone(end - start, end - first, _children_cpu_seconds() - cpu)


def system(site: Site, detector: str, fps: float | None) -> Whole:
    token = site.api.headers["Authorization"].removeprefix("Token ")
    url = f"{site.stack.origin}/api/v1/projects/{site.project}/events/"
    with Reader(url, token=token) as reader:
        reader.next_named("snapshot")
        cpu = _stack_cpu_seconds(site.stack)
        start = time.perf_counter()
        answer = site.api.post(
            f"projects/{site.project}/start/", json={"detector": detector, "fps": fps}
        )
        run = answer.json()["id"]
        while True:
            told = reader.next_named("state", timeout_s=300)
            if told.data.get("run", {}).get("state") == "completed":
                break
        seconds = time.perf_counter() - start
        cpu = _stack_cpu_seconds(site.stack) - cpu
    # Else the next run would take over its results.
    assert site.api.delete(f"runs/{run}/").status_code == 204
    return Whole(seconds, cpu, told.data["run"]["frames_done"])


def measure(repeats: int, fps: float | None) -> dict[str, object]:
    """Both in turn; medians of the ratios of neighbours, because others may use the machine."""
    data = Path(os.environ.get("CVD_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    video = data / "video" / "vtest.mp4"
    weights, classes = (data / "weights" / name for name in ("yolox_nano.onnx", "coco_classes.txt"))
    pairs: list[tuple[Alone, Whole]] = []
    with tempfile.TemporaryDirectory(prefix="cvd-bench-") as folder:
        stack = Stack(Path(folder))
        try:
            added = stack.manage(
                "detectors", "add", str(weights), "--name", "nano", "--classes", str(classes)
            )
            assert added.returncode == 0, added.stderr
            site = site_make(stack, video)
            system(site, "nano", fps)
            for _ in range(repeats):
                alone = command_line(video, weights, classes, fps)
                pairs.append((alone, system(site, "nano", fps)))
        finally:
            stack.close()
    ratios = {
        "system_against_command_line": [a.seconds / w.seconds for a, w in pairs],
        "with_its_detector_loaded": [a.seconds_from_first / w.seconds for a, w in pairs],
        "in_cpu_seconds": [a.cpu_seconds / w.cpu_seconds for a, w in pairs],
    }
    return {
        "frames": pairs[0][1].frames,
        **{name: round(statistics.median(values), 3) for name, values in ratios.items()},
        "target": TARGET,
        "repeats": [{"command_line": asdict(a), "system": asdict(w)} for a, w in pairs],
    }


def _children_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _stack_cpu_seconds(stack: Stack) -> float:
    times = [psutil.Process(pid).cpu_times() for pid in stack.pids().values()]
    return sum(used.user + used.system for used in times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a frame a second, once")
    quick = parser.parse_args().quick
    report("system", measure(1, fps=1.0) if quick else measure(7, fps=None))


if __name__ == "__main__":
    main()
