"""Connections to the database server do not outlive their requests."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection

from tests.services import mysql_execute
from tests.stack import Stack, wait_for


@pytest.mark.services
def test_requests_leave_no_connection_behind(stack_start: Callable[..., Stack]) -> None:
    stack = stack_start(setup="services", only="web")
    admin = stack.admin
    with ThreadPoolExecutor(8) as threads:
        codes = set(threads.map(lambda _: admin.get("me/").status_code, range(80)))
    assert codes == {200}
    open_now = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = %s"
    wait_for(lambda: mysql_execute(open_now, stack.database) == 0, timeout_s=10)


def test_a_migration_has_all_the_time_it_needs_and_nothing_else_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = {"read_timeout": 50, "write_timeout": 50}
    options = {"charset": "utf8mb4", **limits}
    seen = {}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    monkeypatch.setattr(
        "django.core.management.commands.migrate.Command.handle",
        lambda *_, **__: seen.update(options),
    )
    call_command("migrate", verbosity=0)
    assert seen == {"charset": "utf8mb4"}
    assert options == {"charset": "utf8mb4", **limits}
