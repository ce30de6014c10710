"""Downloads from a server that cuts, redirects, lies and wanders off, on this machine."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from apps.common import downloads
from apps.common.downloads import DownloadRules, download
from apps.common.errors import Invalid

CONTENT = bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()
RULES = DownloadRules(max_bytes=len(CONTENT), allow_private=True)


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges: list[str | None] = []
        # How many bytes an answer may give before the line is cut.
        self.cut_after = len(CONTENT)
        self.is_stopping = threading.Event()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = self.path.split("?")[0]
        if name == "/moved":
            return self._redirect("/file")
        if name == "/around":
            return self._redirect("/around")
        if name == "/elsewhere":
            return self._redirect("ftp://example.org/file")
        if name == "/missing":
            return self.send_error(404)
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and name == "/file" else 0
        self.send_response(206 if start else 200)
        if name != "/endless":
            self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        if name == "/slow":
            self.wfile.write(CONTENT[:1])
            self.server.is_stopping.wait(20)
            return None
        self.wfile.write(CONTENT[start : start + self.server.cut_after])
        if name == "/endless":
            self.wfile.write(CONTENT)
        return None

    def _redirect(self, location: str) -> None:
        self.send_response(302)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing on the tests' output."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(downloads, "PAUSE_SECONDS", 0.01)
    running = Server()
    thread = threading.Thread(target=running.serve_forever, args=[0.02])
    thread.start()
    yield running
    running.is_stopping.set()
    running.shutdown()
    thread.join()
    running.server_close()


def fetch(url: str, target: Path, *, sha256: str = SHA256, rules: DownloadRules = RULES) -> None:
    download(
        url,
        target,
        sha256=sha256,
        rules=rules,
        check=lambda: None,
        progress=lambda *_: None,
    )


def refusal(url: str, target: Path, **how: Any) -> str:
    with pytest.raises(Invalid) as refused:
        fetch(url, target, **how)
    return refused.value.code


def test_a_file_comes_whole_also_after_a_redirect(server: Server, tmp_path: Path) -> None:
    for path in ("/file?x=1", "/moved"):
        target = tmp_path / path.strip("/").split("?")[0]
        fetch(server.address(path), target)
        assert target.read_bytes() == CONTENT


def test_what_was_cut_off_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.cut_after = 40_000
    fetch(server.address("/file"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=40000-", "bytes=80000-"]


def test_a_server_without_ranges_begins_anew(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old bytes")
    fetch(server.address("/plain"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_another_content_is_refused_and_removed(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "file"
    assert refusal(server.address("/file"), target, sha256="0" * 64) == "download_digest_mismatch"
    assert not target.exists()


def test_too_much_is_refused_whatever_the_server_says(server: Server, tmp_path: Path) -> None:
    small = DownloadRules(max_bytes=len(CONTENT) - 1, allow_private=True)
    target = tmp_path / "file"
    assert refusal(server.address("/file"), target, rules=small) == "download_too_large"
    assert not target.exists()
    assert refusal(server.address("/endless"), target) == "download_too_large"


def test_redirects_end_and_lead_only_to_the_web(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "file"
    assert refusal(server.address("/around"), target) == "download_failed"
    assert refusal(server.address("/elsewhere"), target) == "url_invalid"
    assert refusal(server.address("/missing"), target) == "download_failed"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254"])
def test_the_own_network_is_closed(host: str, tmp_path: Path) -> None:
    rules = DownloadRules(max_bytes=10)
    code = refusal(f"http://{host}:9/", tmp_path / "file", rules=rules)
    assert code == "download_address_private"


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "ftp://a/b", "http://", "http://u:p@a/", "http://a:0x/", "//a"],
)
def test_only_addresses_of_the_web_are_taken(url: str, tmp_path: Path) -> None:
    assert refusal(url, tmp_path / "file") == "url_invalid"


@pytest.mark.parametrize("path", ["/file", "/slow"])
def test_what_check_raises_stops_it(server: Server, tmp_path: Path, path: str) -> None:
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        download(
            server.address(path),
            tmp_path / "file",
            sha256=SHA256,
            rules=RULES,
            check=stop,
            progress=lambda *_: None,
        )
