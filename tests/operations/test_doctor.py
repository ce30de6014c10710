"""`manage.py doctor` on a running system, on a sleeping one and on one that lacks something."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.conf import settings

from apps.operations import doctor as doctor_module
from tests.stack import Stack

NAMES = [
    "python",
    "packages",
    "settings",
    "cuda",
    "codecs",
    "disk",
    "memory",
    "database",
    "redis",
    "broker",
    "workers",
    "pages",
]


def doctor(stack: Stack) -> tuple[int, dict[str, dict[str, str]]]:
    done = stack.manage("doctor", "--json")
    found = json.loads(done.stdout)
    assert [finding["name"] for finding in found] == NAMES
    return done.returncode, {finding["name"]: finding for finding in found}


def test_a_running_system_is_well_and_a_stopped_one_is_told_how_to_start(
    stack_start: Callable[..., Stack],
) -> None:
    stack = stack_start()
    code, found = doctor(stack)
    assert code == 0
    for name in ("packages", "settings", "codecs", "disk", "database", "redis", "broker"):
        assert found[name]["level"] == "ok", found[name]
    stack.stop()
    code, found = doctor(stack)
    assert code == 0
    assert found["redis"]["level"] == "warn"
    assert "manage.py up" in found["redis"]["advice"]


def test_what_is_wrong_fails_with_advice(stack_start: Callable[..., Stack]) -> None:
    stack = stack_start(only="web")
    stack._env["CVD_DATABASE_URL"] = "mysql://nobody:wrong@127.0.0.1:1/nothing"
    stack._env["CVD_REDIS_URL"] = "redis://127.0.0.1:1/0"
    done = stack.manage("doctor")
    assert done.returncode == 1
    assert "FAIL  database" in done.stdout
    assert "-> check CVD_DATABASE_URL" in done.stdout
    assert "FAIL  redis" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_managed_redis_that_hides_its_settings_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    name = "doctor-test"
    client.acl_setuser(
        name, enabled=True, nopass=True, categories=["+@all"], commands=["-config"], keys=["*"]
    )
    url = f"{settings.REDIS_URL}?username={name}&password=any"

    def limited() -> Any:
        return redis.Redis.from_url(url, decode_responses=True)

    monkeypatch.setattr("apps.common.redis.redis_client", limited)
    try:
        finding = doctor_module._redis()
    finally:
        client.acl_deluser(name)
    assert (finding.name, finding.level) == ("redis", "warn")
    assert "unknown" in finding.text
    assert "noeviction" in finding.advice
