"""The list of projects in a large system against a small one: time of a page, number of queries.

`python -m benchmarks.project_list [--quick]`. 100 projects against 10,000 with 1,000,000 frame
results, through the real web server, on SQLite and, where it can be reached, on MariaDB.
"""

import argparse
import contextlib
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.services import services_missing
from tests.stack import Stack

RESULTS = Path(__file__).parent / "results" / "project_list.json"
FRAMES_PER_PROJECT = 100
TARGET_RATIO = 3.0
PAGES = {
    "first page": "projects/",
    "by name": "projects/?ordering=name",
    "by status": "projects/?status=completed",
    "search": "projects/?search=slab",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="300 projects instead of 10,000")
    quick = parser.parse_args().quick
    sizes = (100, 300 if quick else 10_000)
    setups = ["embedded"] if quick or services_missing() else ["embedded", "services"]
    repeats = 3 if quick else 40
    result = {
        "projects": sizes,
        "frame_results": [size * FRAMES_PER_PROJECT for size in sizes],
        "target_ratio": TARGET_RATIO,
        **{setup: measure(setup, sizes, repeats) for setup in setups},
    }
    text = json.dumps(result, indent=2)
    print(text)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text + "\n", encoding="utf-8")


def measure(setup: str, sizes: tuple[int, int], repeats: int) -> dict[str, Any]:
    """Both systems run side by side and are asked in turn: a busy machine slows both alike."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        systems, queries = [], []
        for size in sizes:
            stack = Stack(Path(folder, str(size)), setup=setup, only="web")
            running.callback(stack.close)
            clients = {"administrator": stack.admin, "member": stack.user("member", "operator")}
            queries.append(fill_and_count_queries(stack, size))
            systems.append(clients)
        small, large = page_times(systems, repeats)
    ratios = {page: round(large[page] / small[page], 2) for page in small}
    return {
        "database": "SQLite" if setup == "embedded" else "MariaDB",
        "queries": queries,
        "queries_are_constant": len(set(queries)) == 1,
        "page_ms": {page: [round(small[page], 2), round(large[page], 2)] for page in small},
        "ratio": ratios,
        "largest_ratio": max(ratios.values()),
    }


def fill_and_count_queries(stack: Stack, size: int) -> int:
    code = f"""
from benchmarks import project_rows
project_rows.fill({size}, frames_per_project={FRAMES_PER_PROJECT})
print(project_rows.queries_of_a_page())
"""
    done = stack.manage("shell", "--verbosity", "0", "--command", code)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def page_times(systems: list[dict[str, httpx.Client]], repeats: int) -> list[dict[str, float]]:
    """Per system, the median milliseconds of each page.

    Asked by somebody who sees all projects and by somebody who sees few of them.
    """
    times: list[dict[str, list[float]]] = [{} for _ in systems]
    for _ in range(repeats):
        for who in ("administrator", "member"):
            for page, address in PAGES.items():
                for clients, taken in zip(systems, times, strict=True):
                    start = time.perf_counter()
                    clients[who].get(address).raise_for_status()
                    elapsed_ms = (time.perf_counter() - start) * 1000
                    taken.setdefault(f"{who}: {page}", []).append(elapsed_ms)
    return [{page: statistics.median(ms) for page, ms in taken.items()} for taken in times]


if __name__ == "__main__":
    main()
