"""Health names what is down, and knows when it is back."""

import os
import signal
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from tests.proxy import TcpProxy
from tests.services import SERVICES_DATABASE_URL
from tests.stack import Stack, wait_for

ALL_OK = {"database": "ok", "redis": "ok", "broker": "ok", "disk": "ok"}


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
