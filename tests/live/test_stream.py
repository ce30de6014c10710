"""What a reader of a project's event stream gets."""

from typing import Any

import httpx
import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services import token_create, token_revoke
from apps.common.redis import redis_client
from apps.live import consumers
from apps.live import hub as hub_module
from apps.live.services import access_changed, event_send, log_key, project_deleted, project_topic
from apps.projects.models import Member, MemberRole, Project
from apps.projects.services.members import member_remove
from apps.projects.services.projects import project_delete
from tests.cast import browser_of, user_make
from tests.live.conftest import LiveServer
from tests.stack import wait_for


def tell(project: Project, status: str) -> None:
    event_send(project.pk, "state", {"project": {"id": project.pk, "status": status}})


def number(event_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in event_id.split("-"))


def test_a_stream_begins_with_a_snapshot_and_goes_on_with_events_whose_ids_grow(
    live: LiveServer, project: Project, token: str
) -> None:
    with live.read(project.pk, token=token) as reader:
        first = reader.next()
        assert first.name == "snapshot"
        assert first.data == {
            "project": {"id": project.pk, "status": "not_started"},
            "run": None,
            "videos": [],
        }
        tell(project, "in_progress")
        tell(project, "completed")
        second, third = reader.next(), reader.next()
    assert [second.data["project"]["status"], third.data["project"]["status"]] == [
        "in_progress",
        "completed",
    ]
    assert number(first.id) < number(second.id) < number(third.id)


def test_a_stream_passes_buffering_proxies(live: LiveServer, project: Project, token: str) -> None:
    with live.read(project.pk, token=token) as reader:
        headers = reader.response.headers
        reader.next()
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["x-accel-buffering"] == "no"
        assert "no-cache" in headers["cache-control"]
        assert len(reader.comments[0]) >= 2048


def test_who_reconnects_gets_what_was_missed_and_nothing_twice(
    live: LiveServer, project: Project, token: str
) -> None:
    with live.read(project.pk, token=token) as reader:
        reader.next()
        tell(project, "in_progress")
        seen = reader.next()
    tell(project, "failed")
    tell(project, "completed")
    with live.read(project.pk, token=token, last_event_id=seen.id) as reader:
        assert [reader.next().data["project"]["status"] for _ in range(2)] == [
            "failed",
            "completed",
        ]
        assert reader.is_silent()


def logged_ids(project: Project) -> list[str]:
    entries: Any = redis_client().xrange(log_key(project_topic(project.pk)))
    return [identity for identity, _ in entries]


def test_the_last_id_may_also_come_in_the_address(
    live: LiveServer, project: Project, token: str
) -> None:
    tell(project, "in_progress")
    [seen] = logged_ids(project)
    tell(project, "completed")
    with live.read(project.pk, token=token, in_address=seen) as reader:
        assert reader.next().data == {"project": {"id": project.pk, "status": "completed"}}


@pytest.mark.parametrize("last_id", ["1-1", "0-0", "tomorrow", "9" * 30 + "-1", "-", "²-1"])
def test_an_id_that_is_too_old_or_no_id_at_all_brings_a_snapshot(
    live: LiveServer, project: Project, token: str, last_id: str
) -> None:
    tell(project, "in_progress")
    with live.read(project.pk, token=token, in_address=last_id) as reader:
        assert reader.next().name == "snapshot"


def test_more_missed_than_is_worth_sending_brings_a_snapshot(
    live: LiveServer, project: Project, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "REPLAY_LENGTH", 2)
    for status in ("in_progress", "failed", "completed", "in_progress"):
        tell(project, status)
    ids = logged_ids(project)
    with live.read(project.pk, token=token, last_event_id=ids[1]) as reader:
        assert reader.next().name == "state"
    with live.read(project.pk, token=token, last_event_id=ids[0]) as reader:
        told = reader.next()
        assert (told.name, told.id) == ("snapshot", ids[3])


def test_nobody_hears_of_another_project(live: LiveServer, project: Project, token: str) -> None:
    other = Project.objects.create(owner=user_make("other"), name="Column 7")
    with live.read(project.pk, token=token) as reader:
        reader.next()
        tell(other, "failed")
        tell(project, "completed")
        assert reader.next().data["project"]["id"] == project.pk


def test_nobody_and_strangers_are_refused_in_the_one_shape(
    live: LiveServer, project: Project
) -> None:
    stranger = token_create(user=user_make("stranger"), name="t", expires_in_days=1)[1]
    answers = {
        (401, "not_authenticated"): live.get(project.pk),
        (401, "token_invalid"): live.get(project.pk, Authorization="Token cvd_wrong"),
        (404, "not_found"): live.get(project.pk, Authorization=f"Token {stranger}"),
    }
    for (status, code), answer in answers.items():
        assert answer.status_code == status
        assert answer.json()["code"] == code
        assert set(answer.json()) == {"code", "message", "fields"}
    huge = live.get(10**30, Authorization=f"Token {stranger}")
    assert huge.status_code == 404


def test_a_removed_member_is_told_and_the_stream_ends(live: LiveServer, project: Project) -> None:
    member = user_make("member")
    Member.objects.create(project=project, user=member, role=MemberRole.VIEWER)
    key = token_create(user=member, name="t", expires_in_days=1)[1]
    with live.read(project.pk, token=key) as reader:
        reader.next()
        member_remove(project=project, user_id=member.pk)
        told = reader.next()
        assert (told.name, told.data) == ("closed", {"reason": "access_removed"})
        reader.wait_end()


def test_a_change_of_access_that_leaves_it_changes_nothing(
    live: LiveServer, project: Project, owner: User, token: str
) -> None:
    with live.read(project.pk, token=token) as reader:
        reader.next()
        access_changed(owner.pk)
        tell(project, "completed")
        assert reader.next().name == "state"


def test_logging_out_ends_the_stream(live: LiveServer, project: Project, owner: User) -> None:
    browser = browser_of(owner)
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    with live.read(project.pk, cookie=cookie) as reader:
        assert reader.next().name == "snapshot"
        assert browser.post("/api/v1/auth/logout/").status_code == 204
        assert reader.next().data == {"reason": "logged_out"}
        reader.wait_end()


def test_a_revoked_token_ends_the_stream_at_the_next_look(
    live: LiveServer, project: Project, owner: User, token: str
) -> None:
    with live.read(project.pk, token=token) as reader:
        reader.next()
        token_revoke(user=owner, id=owner.api_tokens.get().pk)
        access_changed(owner.pk)
        assert reader.next().data == {"reason": "logged_out"}


def test_a_token_that_expires_ends_the_stream_without_a_bell(
    live: LiveServer,
    project: Project,
    owner: User,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumers, "COMMENT_SECONDS", 0.3)
    with live.read(project.pk, token=token) as reader:
        reader.next()
        wait_for(lambda: len(reader.comments) >= 2, timeout_s=10)  # it goes on while it is valid
        owner.api_tokens.update(expires_at=timezone.now())
        assert reader.next().data == {"reason": "logged_out"}
        reader.wait_end()


def test_deleting_the_project_ends_the_stream(
    live: LiveServer, project: Project, owner: User, token: str
) -> None:
    with live.read(project.pk, token=token) as reader:
        reader.next()
        project_delete(project, by=owner)
        project_deleted(project.pk)
        assert reader.next_named("closed").data == {"reason": "project_deleted"}
        reader.wait_end()


def test_pages_of_named_origins_may_read_it(
    live: LiveServer, project: Project, token: str, settings: Any
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://site.example"]
    allowed = "access-control-allow-origin"
    address = f"{live.origin}/api/v1/projects/{project.pk}/events/"
    asked = {
        "Origin": "https://site.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    first = httpx.options(address, headers=asked, trust_env=False)
    assert (first.status_code, first.headers[allowed]) == (200, "https://site.example")
    with live.read(project.pk, token=token, origin="https://site.example") as reader:
        assert reader.response.headers[allowed] == "https://site.example"
    refused = live.get(project.pk, Origin="https://site.example")
    assert (refused.status_code, refused.headers[allowed]) == (401, "https://site.example")
    with live.read(project.pk, token=token, origin="https://evil.example") as reader:
        assert allowed not in reader.response.headers
