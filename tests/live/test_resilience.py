"""Streams when something is lost: a ring of the bell, Redis, a reader's attention, all readers."""

import asyncio
import resource
import socket
import time
from contextlib import ExitStack

import httpx
import pytest
from django.test import override_settings

from apps.common.redis import redis_client
from apps.live import consumers
from apps.live import hub as hub_module
from apps.live.services import event_send, log_key, project_topic
from apps.projects.models import Project
from tests.live.conftest import LiveServer
from tests.stack import wait_for


def tell(project: Project, status: str) -> None:
    event_send(project.pk, "state", {"project": {"id": project.pk, "status": status}})


def test_an_event_whose_bell_was_lost_comes_with_the_next_look(
    live: LiveServer, project: Project, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "CHECK_SECONDS", 0.3)
    with live.read(project.pk, token=token) as reader:
        reader.next()
        redis_client().xadd(
            log_key(project_topic(project.pk)), {"event": "state", "data": '{"lost": 1}'}
        )
        assert reader.next().data == {"lost": 1}


def test_when_redis_drops_the_subscription_the_stream_stays_and_gets_a_new_snapshot(
    live: LiveServer, project: Project, token: str
) -> None:
    with live.read(project.pk, token=token) as reader:
        reader.next()
        Project.objects.update(status=2)
        assert redis_client().client_kill_filter(_type="pubsub") == 1
        told = reader.next()
        assert (told.name, told.data["project"]["status"]) == ("snapshot", "completed")
        tell(project, "failed")
        assert reader.next().data["project"]["status"] == "failed"


def test_without_redis_a_new_stream_is_refused_by_name(
    live: LiveServer, project: Project, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "START_SECONDS", 0.5)
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        answer = live.get(project.pk, Authorization=f"Token {token}")
    assert answer.status_code == 503
    assert answer.json()["code"] == "redis_unavailable"
    with live.read(project.pk, token=token) as reader:
        assert reader.next().name == "snapshot"


def test_a_comment_comes_while_nothing_happens(
    live: LiveServer, project: Project, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "COMMENT_SECONDS", 0.2)
    with live.read(project.pk, token=token) as reader:
        reader.next()
        wait_for(lambda: len(reader.comments) >= 3, timeout_s=10)


def test_readers_who_came_together_are_not_looked_after_together(
    live: LiveServer, project: Project, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "COMMENT_SECONDS", 20.0)
    with ExitStack() as stack:
        readers = [stack.enter_context(live.read(project.pk, token=token)) for _ in range(20)]
        # Each has two comments from the beginning.
        wait_for(lambda: any(len(one.comments) > 2 for one in readers), timeout_s=10)
        assert sum(len(one.comments) > 2 for one in readers) < 10


def test_a_reader_who_takes_nothing_is_dropped_and_others_miss_nothing(
    live: LiveServer, project: Project, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "WRITE_SECONDS", 0.5)
    big = "x" * 100_000
    with live.read(project.pk, token=token) as reader, socket.socket() as lazy:
        reader.next()
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect(("127.0.0.1", int(live.origin.rpartition(":")[2])))
        lazy.sendall(
            f"GET /api/v1/projects/{project.pk}/events/ HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Token {token}\r\n\r\n".encode()
        )
        wait_for(lambda: live.hub.stream_count == 2, timeout_s=10)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for count in range(200):
            event_send(project.pk, "state", {"project": {"id": count, "status": big}})
            time.sleep(0.005)
        assert [reader.next().data["project"]["id"] for _ in range(200)] == list(range(200))
        wait_for(lambda: live.hub.stream_count == 1, timeout_s=10)
        grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mib < 150


def test_five_hundred_readers_leaving_at_once_leave_nothing_behind(
    live: LiveServer, project: Project, token: str
) -> None:
    connections = len(redis_client().client_list())
    url = f"{live.origin}/api/v1/projects/{project.pk}/events/"

    async def read_and_leave() -> None:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:
            request = client.build_request("GET", url, headers={"Authorization": f"Token {token}"})
            answers = await asyncio.gather(*(client.send(request, stream=True) for _ in range(500)))
            assert {answer.status_code for answer in answers} == {200}
            assert live.hub.stream_count == 500
            assert len(redis_client().client_list()) <= connections + 9

    asyncio.run(read_and_leave())
    wait_for(lambda: live.hub.stream_count == 0, timeout_s=20)
    wait_for(lambda: len(redis_client().client_list()) <= connections, timeout_s=20)
    assert not live.hub.is_reading
