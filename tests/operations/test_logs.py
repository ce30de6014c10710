"""Logs that a program can read, and the id that joins an answer with its lines."""

import json
import logging
import uuid

import httpx
import pytest
from django.test import Client

from apps.operations.logs import JsonFormatter
from tests.stack import Stack, wait_for


def test_a_record_becomes_one_line_of_json() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        record = logging.LogRecord(
            "cvd.test", logging.ERROR, __file__, 1, "bad %s\nnews", ("数据",), None
        )
        record.exc_info = (ValueError, error, error.__traceback__)
    record.run = 7
    line = JsonFormatter().format(record)
    assert "\n" not in line
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["run"]) == ("ERROR", "cvd.test", 7)
    assert entry["message"] == "bad 数据\nnews"
    assert entry["exception"].endswith("ValueError: first\nsecond")
    assert "request_id" not in entry


def lines_with(stack: Stack, identity: str) -> list[dict[str, object]]:
    text = (stack.data_dir / "logs" / "web.jsonl").read_text(encoding="utf-8")
    entries = [json.loads(line) for line in text.splitlines()]
    return [entry for entry in entries if entry.get("request_id") == identity]


def test_a_request_keeps_the_id_that_a_proxy_gave_it(stack: Stack) -> None:
    identity = uuid.uuid4().hex
    answer = stack.client().get("me/", headers={"X-Request-ID": identity})
    assert answer.headers["X-Request-ID"] == identity
    (entry,) = wait_for(lambda: lines_with(stack, identity))
    assert (entry["method"], entry["path"], entry["status"]) == ("GET", "/api/v1/me/", 401)


def test_an_id_that_could_break_a_line_is_replaced(stack: Stack) -> None:
    for bad in ("", "a b", "x" * 65, '{"level":"forged"}'):
        answer = httpx.get(f"{stack.origin}/health/live", headers={"X-Request-ID": bad})
        assert answer.headers["X-Request-ID"] != bad
        assert uuid.UUID(answer.headers["X-Request-ID"])


def test_each_request_has_an_id_of_its_own(stack: Stack) -> None:
    anonymous = stack.client()
    ids = {anonymous.get("health/live/").headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5


def test_an_address_cannot_write_lines_of_its_own(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "cvd"):
        client.get("/api/v1/x%0a2026-01-01 INFO all is well%1b[2J")
    [line] = [one for one in caplog.messages if "all%20is%20well" in one]
    assert line.isprintable()
