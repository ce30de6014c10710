"""Health names what is down, and knows when it is back."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from apps.common.errors import as_domain_error
from apps.operations.selectors import health
from backend import env
from tests.proxy import TcpProxy
from tests.services import SERVICES_DATABASE_URL
from tests.stack import Stack, wait_for

ALL_OK = {"database": "ok", "redis": "ok", "broker": "ok", "disk": "ok"}


@pytest.fixture
def hung(db: None) -> Iterator[Any]:
    """A connection to a MySQL that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"mysql://lin:x@127.0.0.1:{server.getsockname()[1]}/cvd"
        yield ConnectionHandler({"default": env.database(url)})["default"]


def test_a_database_that_hangs_is_named_alone_however_often_it_is_asked(
    hung: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "connection", hung)
    for name in ("redis", "broker", "disk"):
        monkeypatch.setitem(health.CHECKS, name, lambda: None)
    begun = time.monotonic()
    with ThreadPoolExecutor(max_workers=20) as pollers:
        answers = list(pollers.map(lambda _: health.readiness(), range(20)))
    for answer in answers:
        assert answer.pop("database") in {"cannot be reached", "did not answer within 3 s"}
        assert answer == {"redis": "ok", "broker": "ok", "disk": "ok"}
    # Those that hung let go of their threads by themselves, and nobody stands in line.
    wait_for(lambda: health.readiness()["database"] == "cannot be reached", timeout_s=10)
    assert 2 < time.monotonic() - begun < 15


def test_a_database_that_hangs_ends_a_query_with_an_error(hung: Any) -> None:
    assert hung.settings_dict["OPTIONS"]["read_timeout"] == 50
    hung.settings_dict["OPTIONS"]["read_timeout"] = 1
    with pytest.raises(OperationalError) as raised, hung.cursor():
        pass
    error = as_domain_error(raised.value)
    assert error is not None
    assert (error.status, error.code) == (503, "database_unavailable")


def ready(stack: Stack) -> httpx.Response:
    return httpx.get(f"{stack.origin}/health/ready", timeout=30)


def test_everybody_may_ask_at_both_addresses(stack: Stack) -> None:
    anonymous = stack.client()
    for name, body in (
        ("live", {"status": "ok"}),
        ("ready", {"status": "ok", "checks": ALL_OK}),
    ):
        inside = anonymous.get(f"health/{name}/")
        outside = httpx.get(f"{stack.origin}/health/{name}")
        assert (inside.status_code, inside.json()) == (200, body)
        assert (outside.status_code, outside.json()) == (200, body)


def test_a_redis_that_hangs_is_named_and_comes_back(stack_start: Callable[..., Stack]) -> None:
    stack = stack_start(only="web")
    os.kill(stack.pids()["redis"], signal.SIGSTOP)
    try:
        answer = ready(stack)
        assert answer.status_code == 503
        checks = answer.json()["checks"]
        assert answer.json()["status"] == "unavailable"
        assert (checks["database"], checks["disk"]) == ("ok", "ok")
        assert "ok" not in (checks["redis"], checks["broker"])
        assert httpx.get(f"{stack.origin}/health/live").status_code == 200
    finally:
        os.kill(stack.pids()["redis"], signal.SIGCONT)
    wait_for(lambda: ready(stack).status_code == 200)


@pytest.mark.services
def test_a_database_that_goes_away_is_named_and_comes_back(
    stack_start: Callable[..., Stack],
) -> None:
    url = urlsplit(SERVICES_DATABASE_URL)
    proxy = TcpProxy(url.hostname or "127.0.0.1", url.port or 3306)
    try:
        stack = stack_start(setup="services", only="web", database_port=proxy.port)
        admin = stack.admin
        proxy.cut()
        assert ready(stack).status_code == 503
        assert ready(stack).json()["checks"] == {**ALL_OK, "database": "cannot be reached"}
        refused = admin.get("me/")
        assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
        proxy.restore()
        wait_for(lambda: ready(stack).status_code == 200)
        assert admin.get("me/").status_code == 200
    finally:
        proxy.close()
