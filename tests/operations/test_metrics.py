"""Figures for Prometheus, and who may read them."""

from collections.abc import Callable

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.stack import Stack, wait_for


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(stack: Stack) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = httpx.get(f"{stack.origin}/metrics")
    assert answer.status_code == 200
    return samples(answer.text)


def test_requests_are_counted_by_view_method_and_status(stack: Stack) -> None:
    key = (
        "cvd_http_requests_total",
        frozenset({("view", "api/v1/me/"), ("method", "GET"), ("status", "401")}),
    )
    before = scrape(stack).get(key, 0)
    for _ in range(3):
        stack.client().get("me/")
    assert scrape(stack)[key] - before == 3


def test_workers_queues_and_parts_are_told(stack: Stack) -> None:
    def both_alive() -> bool:
        found = scrape(stack)
        return all(
            found[("cvd_workers", frozenset({("queue", queue)}))] == 1 for queue in ("gpu", "io")
        )

    wait_for(both_alive)
    found = scrape(stack)
    for part in ("database", "redis"):
        assert found[("cvd_part_up", frozenset({("part", part)}))] == 1
    assert found[("cvd_queue_messages", frozenset({("queue", "gpu")}))] == 0
    assert found[("cvd_disk_free_bytes", frozenset())] > 0


def test_an_open_event_stream_is_counted_until_its_reader_leaves(stack: Stack) -> None:
    key = ("cvd_event_streams_open", frozenset[tuple[str, str]]())
    project = stack.admin.post("projects/", json={"name": "figures", "description": ""}).json()
    before = scrape(stack)[key]
    with stack.admin.stream("GET", f"projects/{project['id']}/events/") as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith(":")
        assert scrape(stack)[key] == before + 1
    wait_for(lambda: scrape(stack)[key] == before)


def test_an_invented_address_or_method_makes_no_new_series(stack: Stack) -> None:
    for number in range(5):
        httpx.request(f"ODD{number}", f"{stack.origin}/api/v1/nothing-{number}/")
    names = {key for key in scrape(stack) if "nothing" in str(key) or "ODD" in str(key)}
    assert names == set()


def test_a_forwarded_request_is_refused_without_a_token(stack: Stack) -> None:
    answer = httpx.get(f"{stack.origin}/metrics", headers={"X-Forwarded-For": "192.0.2.1"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_with_a_token_set_only_its_bearer_may_read(stack_start: Callable[..., Stack]) -> None:
    stack = stack_start(only="web", env={"CVD_METRICS_TOKEN": "s3cret"})
    address = f"{stack.origin}/metrics"
    assert httpx.get(address).status_code == 403
    assert httpx.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 403
    right = {"Authorization": "Bearer s3cret", "X-Forwarded-For": "192.0.2.1"}
    assert httpx.get(address, headers=right).status_code == 200
