"""Many event streams on one web process while a run goes on: who misses something, and how late.

`python -m benchmarks.events [--quick]`. Every reader is a connection of its own in this process.
The delay of an event is the time from its id, which Redis makes of its clock when the event is
written, to its arrival at the reader.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measuring import report
from tests.faults.conftest import Site, site_make
from tests.stack import REPOSITORY, Stack

# More than COMMENT_SECONDS of work, so that every stream asks whether it may go on.
FPS = 5.0
PATIENCE_S = 300


@dataclass
class Heard:
    """What one reader got after its snapshot."""

    ids: list[str] = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)


async def read(site: Site, heard: Heard) -> None:
    """Read the stream until the run is completed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.stack.port, limit=2**24)
    authorization = site.api.headers["Authorization"]
    writer.write(
        f"GET /api/v1/projects/{site.project}/events/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: {authorization}\r\n\r\n".encode()
    )
    event_id = name = b""
    try:
        while line := await reader.readline():
            if line.startswith(b"id: "):
                event_id = line[4:].strip()
            elif line.startswith(b"event: "):
                name = line[7:].strip()
            elif line.startswith(b"data: ") and name == b"snapshot":
                heard.has_begun.set()
            elif line.startswith(b"data: ") and name != b"alive":
                heard.ids.append(event_id.decode())
                written_ms = int(event_id.partition(b"-")[0])
                heard.delays_ms.append(time.time() * 1000 - written_ms)
                if b'"run":{' in line and b'"state":"completed"' in line:
                    return
    finally:
        writer.close()


async def read_all(site: Site, streams: int, fps: float) -> tuple[list[Heard], float]:
    """Everybody reads while a run goes on; how long it took until all were there."""
    everybody = [Heard() for _ in range(streams)]
    begun_at = time.perf_counter()
    tasks = [asyncio.create_task(read(site, heard)) for heard in everybody]
    all_begun = asyncio.gather(*(heard.has_begun.wait() for heard in everybody))
    await asyncio.wait_for(all_begun, PATIENCE_S)
    connected_s = time.perf_counter() - begun_at
    await asyncio.to_thread(site.start, fps=fps)
    await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE_S)
    return everybody, connected_s


def measure(streams: int, *, fps: float = FPS) -> dict[str, Any]:
    data = Path(os.environ.get("CVD_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    with tempfile.TemporaryDirectory(prefix="cvd-bench-") as folder:
        stack = Stack(Path(folder))
        try:
            site = site_make(stack, data / "video" / "vtest.mp4")
            web = psutil.Process(stack.pids()["web"])
            before = web.memory_info().rss
            everybody, connected_s = asyncio.run(read_all(site, streams, fps))
            grown = web.memory_info().rss - before
        finally:
            stack.close()
    events = max((heard.ids for heard in everybody), key=len)
    complete = sum(heard.ids == events for heard in everybody)
    delays = [delay for heard in everybody for delay in heard.delays_ms]
    return {
        "streams": streams,
        "events": len(events),
        "streams_with_every_event": complete / streams,
        "delay_ms_median": round(statistics.median(delays), 1),
        "delay_ms_p95": round(statistics.quantiles(delays, n=20)[-1], 1),
        "delay_ms_max": round(max(delays), 1),
        "seconds_until_all_had_a_snapshot": round(connected_s, 2),
        "web_memory_growth_mib": round(grown / 2**20, 1),
        "target": {"streams_with_every_event": 1.0, "delay_ms_p95": 1000},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 streams instead of 500")
    quick = parser.parse_args().quick
    result = measure(10, fps=0.2) if quick else measure(500)
    report("events", result)
    if result["streams_with_every_event"] < 1.0:
        raise SystemExit("a stream missed an event")


if __name__ == "__main__":
    main()
