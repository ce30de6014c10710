"""Measuring side by side: on a shared machine only ratios from one run mean anything."""

import json
import os
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results"
TEST_DATA = Path(os.environ.get("CVD_TEST_DATA", REPOSITORY.parent / "shared" / "data"))


def measure_interleaved(
    sides: Mapping[str, Callable[[], object]], repeats: int
) -> dict[str, dict[str, float]]:
    """Run each side once per round, in turn, so that a disturbance meets them all.

    Returns:
        For each side the medians over the rounds: `wall_s`, and `cpu_s` of this process, which
        tells how much work it is even where other programs take the cores away.
    """
    walls: dict[str, list[float]] = {name: [] for name in sides}
    cpus: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, run in sides.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            walls[name].append(time.perf_counter() - wall)
            cpus[name].append(time.process_time() - cpu)
    return {
        name: {
            "wall_s": round(statistics.median(walls[name]), 6),
            "cpu_s": round(statistics.median(cpus[name]), 6),
        }
        for name in sides
    }


def report(name: str, result: dict[str, Any]) -> None:
    """Print a result and write it to `benchmarks/results/NAME.json`."""
    text = json.dumps(result, indent=2)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
