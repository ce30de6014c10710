"""Connections to the database server do not outlive their requests."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

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
