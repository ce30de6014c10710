"""Uploads and downloads over the network, cut on either side: a real server, real connections."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.stack import Stack, wait_for
from tests.tus import OFFSET_TYPE, Tus, base64_of

KIB, MIB = 2**10, 2**20
DATA = b"".join(number.to_bytes(4, "big") for number in range(MIB))  # 4 MiB, no two parts alike


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The web server alone: nobody checks what arrives, so that it stays to be looked at."""
    started = Stack(tmp_path_factory.mktemp("web"), only="web")
    yield started
    started.close()


@pytest.fixture
def tus(web: Stack) -> Tus:
    return Tus(web.admin)


@pytest.fixture
def project(web: Stack) -> int:
    return int(web.admin.post("projects/", json={"name": "Slab 3"}).json()["id"])


class HalfSent:
    """A PATCH of which only a part is sent; the connection stays open until it is cut."""

    def __init__(self, web: Stack, path: str, body: bytes, part: int, **headers: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", web.port))
        head = {
            "Host": "127.0.0.1",
            "Authorization": web.admin.headers["Authorization"],
            "Tus-Resumable": "1.0.0",
            "Content-Type": OFFSET_TYPE,
            "Content-Length": str(len(body)),
            "Upload-Offset": "0",
            **headers,
        }
        lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body[:part])

    def cut(self) -> None:
        self.socket.close()


def original(web: Stack, video: int | str) -> bytes:
    return web.admin.get(f"videos/{video}/original/").raise_for_status().content


def finish(web: Stack, tus: Tus, path: str) -> None:
    """Go on where the server stands, and find the same bytes in the end."""

    def appended() -> Any:
        offset = tus.offset(path)
        answer = tus.append(path, offset, DATA[offset:])
        assert answer.status in (204, 409, 423), answer.body  # the old connection may be ending
        return answer if answer.status == 204 else None

    last = wait_for(appended, timeout_s=30)
    assert original(web, last.headers["CVD-Video-Id"]) == DATA


def test_what_arrived_before_the_client_was_cut_is_kept(web, tus, project):
    path = tus.begin(project, len(DATA))
    sending = HalfSent(web, path, DATA, part=3 * MIB)
    wait_for(lambda: tus.offset(path) > 0)
    sending.cut()

    # Uvicorn drops the last 64 KiB at most if they come together with the end.
    wait_for(lambda: 3 * MIB - 64 * KIB <= tus.offset(path) <= 3 * MIB, timeout_s=10)
    finish(web, tus, path)


def test_a_chunk_with_a_checksum_that_was_cut_is_taken_back(web, tus, project):
    path = tus.begin(project, len(DATA))
    checksum = f"sha1 {base64_of(bytes(20))}"
    sending = HalfSent(web, path, DATA, part=3 * MIB, **{"Upload-Checksum": checksum})
    wait_for(lambda: tus.offset(path) > 0)
    sending.cut()

    wait_for(lambda: tus.offset(path) == 0, timeout_s=10)
    finish(web, tus, path)


def test_what_arrived_before_the_server_was_killed_is_kept(web, tus, project):
    path = tus.begin(project, len(DATA))
    sending = HalfSent(web, path, DATA, part=3 * MIB)
    wait_for(lambda: tus.offset(path) > 0)
    old = web.kill("web")
    sending.cut()
    web.wait_restarted("web", old)

    def answers() -> bool:
        try:
            return web.admin.get(f"{web.origin}/health/live").status_code == 200
        except httpx.TransportError:
            return False

    wait_for(answers)
    assert 0 < tus.offset(path) <= 3 * MIB
    finish(web, tus, path)


def test_a_second_tab_has_to_wait_until_the_first_is_gone(web, tus, project):
    path = tus.begin(project, len(DATA))
    first = HalfSent(web, path, DATA, part=2 * MIB)
    wait_for(lambda: tus.offset(path) > 0)

    refused = tus.append(path, tus.offset(path), b"x")
    assert (refused.status, refused.code) == (423, "upload_locked")
    first.cut()
    finish(web, tus, path)


def test_a_refused_chunk_leaves_the_connection_usable(web, tus, project):
    path = tus.begin(project, len(DATA))
    for _ in range(3):
        assert tus.append(path, 7, DATA).code == "upload_offset_wrong"
    assert tus.append(path, 0, DATA).status == 204


def test_large_bodies_are_refused_elsewhere_before_they_arrive(web):
    answer = web.admin.post("projects/", content=bytes(8 * MIB))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    pieces = iter([b"{"] * 3)
    answer = web.admin.post("projects/", content=pieces)  # in chunks of unknown length
    assert (answer.status_code, answer.json()["code"]) == (400, "length_required")
    for method in ("GET", "OPTIONS", "PROPFIND"):  # by somebody without a name, too
        answer = httpx.request(method, f"{web.origin}/health/live", content=bytes(8 * MIB))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


class TestMemory:
    """The server's memory does not follow the size of what passes through it."""

    SIZE = 256 * MIB
    SLACK = 64 * MIB

    def test_of_an_upload_in_one_request(self, web, tus, project):
        path = tus.begin(project, self.SIZE)
        before, peak = self.resident(web), 0

        def pieces() -> Iterator[bytes]:
            nonlocal peak
            for _ in range(self.SIZE // len(DATA)):
                yield DATA
                peak = max(peak, self.resident(web))

        answer = web.admin.patch(
            web.origin + path,
            content=pieces(),
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": "0",
                "Content-Type": OFFSET_TYPE,
                "Content-Length": str(self.SIZE),
            },
        )
        assert answer.status_code == 204
        assert peak - before < self.SLACK

    def test_of_a_download_that_nobody_reads(self, web, tus, project):
        path = tus.begin(project, self.SIZE)
        for offset in range(0, self.SIZE, len(DATA)):
            video = tus.append(path, offset, DATA).headers.get("CVD-Video-Id")
        before = self.resident(web)
        with web.admin.stream("GET", f"videos/{video}/original/") as answer:
            assert answer.status_code == 200
            time.sleep(2)
            assert self.resident(web) - before < self.SLACK
            assert len(next(answer.iter_bytes(1000))) == 1000
        wait_for(lambda: self.open_originals(web) == 0, timeout_s=10)

    def resident(self, web: Stack) -> int:
        return int(psutil.Process(web.pids()["web"]).memory_info().rss)

    def open_originals(self, web: Stack) -> int:
        files = psutil.Process(web.pids()["web"]).open_files()
        return sum(Path(file.path).name == "original" for file in files)
