"""Uploading through tus in chunks against one plain request, to the same server.

`python -m benchmarks.upload [--quick]`. The plain upload is a single PATCH with the whole file as
its body. Both go through the real web server; its peak resident memory is watched meanwhile.
"""

import argparse
import base64
import http.client
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measuring import report
from tests.stack import Stack

# What the dashboard sends.
CHUNK_BYTES = 64 * 2**20
BLOCK_BYTES = 2**20
MIB = 2**20


class Watch:
    """The highest resident memory of a process while the `with` block runs, and its CPU time."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.start_bytes = self.peak_bytes = self._process.memory_info().rss
        self._start_cpu_s = self._cpu_s()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.cpu_s = self._cpu_s() - self._start_cpu_s

    def _cpu_s(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.peak_bytes = max(self.peak_bytes, self._process.memory_info().rss)


class Uploader:
    """A client that sends one file in chunks of any size over one connection."""

    def __init__(self, stack: Stack, project: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=600)
        self._headers = {
            "Authorization": stack.admin.headers["Authorization"],
            "Tus-Resumable": "1.0.0",
        }
        self._project = project
        self._block = os.urandom(BLOCK_BYTES)

    def upload(self, size_bytes: int, chunk_bytes: int) -> tuple[float, str]:
        """Seconds from the first byte to the last answer, and the id of the video."""
        location = self._create(size_bytes)
        start = time.perf_counter()
        video = ""
        for offset in range(0, size_bytes, chunk_bytes):
            length = min(chunk_bytes, size_bytes - offset)
            headers = {
                "Upload-Offset": str(offset),
                "Content-Length": str(length),
                "Content-Type": "application/offset+octet-stream",
            }
            answer = self._request("PATCH", location, headers, self._blocks(length))
            if answer.status != http.client.NO_CONTENT:
                raise SystemExit(f"the server answered {answer.status}")
            video = answer.headers.get("CVD-Video-Id", "")
        return time.perf_counter() - start, video

    def _create(self, size_bytes: int) -> str:
        metadata = {"filename": "benchmark.mp4", "project": str(self._project)}
        encoded = [f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in metadata.items()]
        headers = {"Upload-Length": str(size_bytes), "Upload-Metadata": ",".join(encoded)}
        answer = self._request("POST", "/api/v1/uploads/", headers, None)
        return str(answer.headers["Location"])

    def _request(
        self, method: str, path: str, headers: dict[str, str], body: Iterator[bytes] | None
    ) -> http.client.HTTPResponse:
        self._connection.request(method, path, body=body, headers={**self._headers, **headers})
        answer = self._connection.getresponse()
        answer.read()
        return answer

    def _blocks(self, length: int) -> Iterator[bytes]:
        while length:
            block = self._block[:length]
            length -= len(block)
            yield block


def measure(size_bytes: int, repeats: int) -> dict[str, Any]:
    """Both ways in turn, `repeats` times; medians."""
    chunks = {"tus": CHUNK_BYTES, "plain": size_bytes}
    seconds: dict[str, list[float]] = {name: [] for name in chunks}
    growth: dict[str, list[float]] = {name: [] for name in chunks}
    cpu: dict[str, list[float]] = {name: [] for name in chunks}
    peak: dict[str, float] = dict.fromkeys(chunks, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), only="web", env={"CVD_DISK_RESERVE_MIB": "0"})
        try:
            project = stack.admin.post("projects/", json={"name": "benchmark"}).json()["id"]
            uploader = Uploader(stack, project)
            uploader.upload(CHUNK_BYTES, CHUNK_BYTES)  # loads what is loaded late
            for _ in range(repeats):
                for name, chunk_bytes in chunks.items():
                    with Watch(stack.pids()["web"]) as server:
                        took, video = uploader.upload(size_bytes, chunk_bytes)
                    seconds[name].append(took)
                    growth[name].append((server.peak_bytes - server.start_bytes) / MIB)
                    cpu[name].append(server.cpu_s)
                    peak[name] = max(peak[name], server.peak_bytes / MIB)
                    stack.admin.delete(f"videos/{video}/").raise_for_status()
        finally:
            stack.close()
    rate = {name: size_bytes / MIB / statistics.median(s) for name, s in seconds.items()}
    return {
        "size_mib": size_bytes // MIB,
        "repeats": repeats,
        "mib_per_second": {name: round(value, 1) for name, value in rate.items()},
        "tus_against_plain": round(rate["tus"] / rate["plain"], 3),
        "target_tus_against_plain": 0.7,
        "server_cpu_s": {name: round(statistics.median(s), 2) for name, s in cpu.items()},
        "server_peak_mib": {name: round(value, 1) for name, value in peak.items()},
        "server_growth_mib": {name: round(max(values), 1) for name, values in growth.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="64 MB instead of 2 GB")
    quick = parser.parse_args().quick
    result = measure(64 * MIB if quick else 2048 * MIB, repeats=1 if quick else 3)
    report("upload", result)


if __name__ == "__main__":
    main()
