"""Files from addresses that people typed: whole, within limits, and not from our own network.

A name is looked up once, its address is judged, and that address is connected to: a name server
that answers differently the second time changes nothing. Every redirect is judged the same way.
"""

import hashlib
import http.client
import ipaddress
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from apps.common.errors import Invalid

logger = logging.getLogger(__name__)

REDIRECTS_MOST = 5
TRIES_MOST = 5
TIMEOUT_SECONDS = 30.0
PAUSE_SECONDS = 1.0
READ_BYTES = 2**18
_REDIRECT = frozenset({301, 302, 303, 307, 308})
# Worth another try: the line was cut, or the server is busy.
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_AGENT = "CVD-MIS"


@dataclass(frozen=True, slots=True)
class DownloadRules:
    """What a download may be.

    `allow_private` opens loopback and private networks, for a mirror inside the house.
    """

    max_bytes: int
    allow_private: bool = False


class _Interrupted(Exception):
    """It may go on where it stopped."""


def url_check(url: str) -> SplitResult:
    """The parts of an address that can be downloaded from. Raises Invalid `url_invalid`."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        raise _invalid("This is no address.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_good:
        raise _invalid("An address begins with https:// or http:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise _invalid("An address must not hold a password.")
    if not url.isascii() or any(letter.isspace() for letter in url):
        raise _invalid("An address has no spaces and only ASCII characters.")
    return parts


def download(
    url: str,
    target: Path,
    *,
    sha256: str,
    rules: DownloadRules,
    check: Callable[[], None],
    progress: Callable[[int, int | None], None],
) -> None:
    """Bring the file to `target`, going on after what is there already.

    `progress` gets the bytes that are there and how many there will be, if the server says so;
    `check` is called often, and what it raises leaves `target` to go on with.

    Raises Invalid: `url_invalid`, `download_address_private`, `download_too_large`,
    `download_failed`, `download_digest_mismatch` (the file is removed then).
    """
    url_check(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    reason = ""
    for attempt in range(TRIES_MOST):
        if attempt:
            time.sleep(PAUSE_SECONDS * attempt)
        check()
        try:
            _fetch(url, target, rules=rules, check=check, progress=progress)
            break
        except (_Interrupted, OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            logger.info("the download of %s was interrupted: %s", url, reason)
    else:
        raise Invalid(f"The download failed {TRIES_MOST} times: {reason}.", code="download_failed")
    with open(target, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256.lower():
        target.unlink()
        raise Invalid(
            f"What was downloaded has the SHA-256 {found}, not the one that was asked for.",
            code="download_digest_mismatch",
        )


def _fetch(
    url: str,
    target: Path,
    *,
    rules: DownloadRules,
    check: Callable[[], None],
    progress: Callable[[int, int | None], None],
) -> None:
    """One try; what arrives is appended."""
    for _ in range(REDIRECTS_MOST + 1):
        done = target.stat().st_size if target.exists() else 0
        with _answer(url, done, rules) as response:
            if response.status in _REDIRECT:
                url = urljoin(url, response.headers.get("Location", ""))
                url_check(url)
                continue
            if response.status == 416 and done:
                return  # it was all there
            total = _begin(response, target, done, rules)
            _receive(response, target, total, rules=rules, check=check, progress=progress)
            return
    raise Invalid(f"More than {REDIRECTS_MOST} redirects.", code="download_failed")


def _begin(
    response: http.client.HTTPResponse, target: Path, done: int, rules: DownloadRules
) -> int | None:
    """Make ready to append; the size of the whole file, if it is known."""
    if response.status in _PASSING:
        raise _Interrupted(f"the server answered {response.status}")
    if response.status not in (200, 206):
        raise Invalid(f"The server answered {response.status}.", code="download_failed")
    if response.status == 200 and done:
        target.unlink()  # it cannot go on in the middle
    length = response.headers.get("Content-Length", "")
    if not length.isdigit():
        return None
    total = int(length) + (done if response.status == 206 else 0)
    if total > rules.max_bytes:
        raise _too_large(rules)
    return total


def _receive(
    response: http.client.HTTPResponse,
    target: Path,
    total: int | None,
    *,
    rules: DownloadRules,
    check: Callable[[], None],
    progress: Callable[[int, int | None], None],
) -> None:
    with open(target, "ab") as file:
        done = file.tell()
        while piece := response.read1(READ_BYTES):
            check()
            done += len(piece)
            if done > rules.max_bytes:
                raise _too_large(rules)
            file.write(piece)
            progress(done, total)
    if total is not None and done < total:
        raise _Interrupted(f"only {done} of {total} bytes came")


@contextmanager
def _answer(url: str, done: int, rules: DownloadRules) -> Iterator[http.client.HTTPResponse]:
    parts = url_check(url)
    connection = _connection(parts, rules)
    try:
        path = parts.path or "/"
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
        if done:
            headers["Range"] = f"bytes={done}-"
        connection.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=headers)
        yield connection.getresponse()
    finally:
        connection.close()


def _connection(parts: SplitResult, rules: DownloadRules) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    plain = socket.create_connection((_address(host, port, rules), port), TIMEOUT_SECONDS)
    connection.sock = plain
    if is_tls:
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(plain, server_hostname=host)
    return connection


def _address(host: str, port: int, rules: DownloadRules) -> str:
    """The one address to connect to. Raises Invalid when any of the host's is not public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]).split("%")[0] for entry in found]
    if not rules.allow_private and not all(
        ipaddress.ip_address(address).is_global for address in addresses
    ):
        raise Invalid(
            f"{host} is inside a private network; the server's operator can allow that.",
            code="download_address_private",
        )
    return addresses[0]


def _invalid(message: str) -> Invalid:
    return Invalid(message, code="url_invalid", fields={"url": [message]})


def _too_large(rules: DownloadRules) -> Invalid:
    return Invalid(
        f"The file is larger than {rules.max_bytes // 2**20} MiB.", code="download_too_large"
    )
