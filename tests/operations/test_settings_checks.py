"""Wrong combinations of settings are named, right ones are not."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from apps.operations.checks import settings_check
from backend import env


@pytest.fixture(autouse=True)
def loopback_only(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    settings.DATABASE_URL = "sqlite:////srv/cvd.sqlite3"
    settings.REDIS_IS_EMBEDDED = True


def ids() -> list[str | None]:
    return [message.id for message in settings_check()]


def test_the_default_settings_have_nothing_wrong() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"ALLOWED_HOSTS": ["*"], "HTTPS": True, "TRUSTED_PROXIES": 1}, ["cvd.E001"]),
        (
            {"ALLOWED_HOSTS": ["cvd.example"], "DEBUG": True, "HTTPS": True, "TRUSTED_PROXIES": 1},
            ["cvd.E002"],
        ),
        ({"ALLOWED_HOSTS": ["cvd.example", "localhost"]}, ["cvd.W001"]),
        ({"ALLOWED_HOSTS": ["localhost", "[::1]"], "HTTPS": True}, ["cvd.W002"]),
        ({"SECRET_KEY": "short"}, ["cvd.E003"]),
        ({"ACCEL_REDIRECT_PREFIX": "media"}, ["cvd.E004"]),
        ({"ACCEL_REDIRECT_PREFIX": "/media/"}, []),
        ({"DISK_RESERVE_BYTES": 2**62}, ["cvd.E005"]),
    ],
)
def test_a_wrong_combination_has_its_id(
    settings: Settings, changed: dict[str, Any], expected: list[str]
) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)
    assert ids() == expected


def test_a_database_server_with_a_private_redis_is_warned_of(settings: Settings) -> None:
    settings.DATABASE_URL = "mysql://cvd@db.example/cvd"
    assert ids() == ["cvd.W003"]
    settings.REDIS_IS_EMBEDDED = False
    assert ids() == []


@pytest.mark.parametrize(
    ("folder", "is_inside"),
    [("/srv/cvd", True), ("/srv/" + "d" * 120, False), ("/srv/数据", False), ("/srv/a b", False)],
)
def test_the_redis_socket_always_has_a_short_plain_name(folder: str, is_inside: bool) -> None:
    socket = env.redis_socket(Path(folder))
    assert socket.is_relative_to(folder) is is_inside
    assert len(str(socket).encode()) <= 107
    assert str(socket).isascii()
    assert env.redis_socket(Path(folder + "x")) != socket
