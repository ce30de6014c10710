"""Workers tell that they are alive, and are forgotten when they are not."""

from collections.abc import Iterator

import pytest

from apps.common.redis import redis_client, redis_key
from apps.jobs.presence import ALIVE_SECONDS, Presence, workers_alive
from tests.stack import wait_for


@pytest.fixture
def worker() -> Iterator[Presence]:
    redis_client().delete(redis_key("workers"))
    presence = Presence()
    presence.start(name="gpu@here/7", queues=["gpu"], concurrency=1)
    wait_for(workers_alive, timeout_s=10)
    yield presence
    presence.stop()


def test_a_worker_says_who_it_is_and_what_it_takes(worker: Presence) -> None:
    [info] = workers_alive()
    assert (info.name, info.queues, info.current) == ("gpu@here/7", ["gpu"], None)
    assert info.device in {"cpu", "cuda"}
    assert info.started_at <= info.last_seen_at


def test_a_worker_says_what_it_works_on(worker: Presence) -> None:
    with worker.working_on("vtest.mp4, segment 2 of run 5"):
        worker._tell()
        assert workers_alive()[0].current == "vtest.mp4, segment 2 of run 5"
    worker._tell()
    assert workers_alive()[0].current is None


def test_a_worker_that_stops_is_gone_at_once(worker: Presence) -> None:
    worker.stop()
    assert workers_alive() == []


def test_a_worker_that_was_killed_is_forgotten_by_itself(worker: Presence) -> None:
    key = redis_key("worker", "gpu@here/7")
    assert 0 < redis_client().ttl(key) <= ALIVE_SECONDS
    redis_client().delete(key)
    assert workers_alive() == []
    assert redis_client().smembers(redis_key("workers")) == set()
