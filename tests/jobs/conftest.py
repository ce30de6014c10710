from collections.abc import Callable

import pytest

from apps.common.redis import redis_client, redis_key
from apps.jobs import handlers as registry
from apps.jobs import running
from apps.jobs.models import JobKind
from tests.jobs import handlers


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Gives the name of the function in `handlers` that works on VIDEO_PROXY jobs."""
    handlers.calls.clear()
    monkeypatch.setattr(running, "RETRY_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(registry, "ENDINGS", {})

    def use(name: str) -> None:
        monkeypatch.setitem(registry.HANDLERS, JobKind.VIDEO_PROXY, f"tests.jobs.handlers.{name}")

    return use


@pytest.fixture
def messages() -> Callable[[], int]:
    """How many messages wait for the io workers; none at the beginning of the test."""
    key = redis_key("celery", "io")
    redis_client().delete(key)
    return lambda: int(redis_client().llen(key))
