"""Is everything there that the web server needs? Asked with short time limits."""

import logging
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout

import redis
from celery import current_app
from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 3.0
OK = "ok"
THREADS_EACH = 2
# What the check of the database may take, by what its kind of connection calls it.
DATABASE_LIMITS = {
    "mysql": {"connect_timeout": 2, "read_timeout": 2, "write_timeout": 2},
    "sqlite": {"timeout": 2},
}


class NotReady(Exception):
    """What is wrong, in words that a stranger may read."""


def readiness() -> dict[str, str]:
    """For each dependency `ok`, or what is wrong with it."""
    futures = {name: _threads[name].submit(check) for name, check in CHECKS.items()}
    return {name: _outcome(name, future) for name, future in futures.items()}


def _outcome(name: str, future: "Future[None]") -> str:
    try:
        future.result(PATIENCE_SECONDS)
    except FutureTimeout:
        future.cancel()  # one that has not begun waits behind others that hang
        return f"did not answer within {PATIENCE_SECONDS:.0f} s"
    except NotReady as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever a driver raises means the same
        logger.warning("%s is not ready: %s", name, error)
        return "cannot be reached"
    return OK


def _database_check() -> None:
    own = connection.copy()
    own.settings_dict["OPTIONS"] |= DATABASE_LIMITS[own.vendor]
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        own.close()


def _redis_check() -> None:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
    ) as client:
        client.ping()


def _broker_check() -> None:
    with current_app.connection_for_read(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)


def _disk_check() -> None:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < settings.DISK_RESERVE_BYTES:
        raise NotReady(
            f"{free / 2**30:.1f} GiB free, less than the reserve of "
            f"{settings.DISK_RESERVE_BYTES / 2**30:.1f} GiB"
        )


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database_check,
    "redis": _redis_check,
    "broker": _broker_check,
    "disk": _disk_check,
}
# A check that hangs keeps its thread until the dependency lets go of it, so each has its own.
_threads = {
    name: ThreadPoolExecutor(max_workers=THREADS_EACH, thread_name_prefix=f"health-{name}")
    for name in CHECKS
}
