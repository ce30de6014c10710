"""Django's middleware on the event loop does what it does in threads."""

from typing import Any

import pytest
from asgiref.sync import SyncToAsync, async_to_sync
from django.contrib.sessions.models import Session
from django.test import AsyncClient

from tests.cast import PASSWORD, user_make

LIVE, LOGIN = "/health/live", "/api/v1/auth/login/"


def test_no_hook_is_sent_to_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    send = SyncToAsync.__call__

    async def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        sent.append(self.func.__qualname__)
        return await send(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", noted)
    answer = async_to_sync(AsyncClient().get)(LIVE)

    assert answer.status_code == 200
    assert answer["X-Frame-Options"] == "DENY"
    assert "health_live" in sent  # the view itself, so that this would be seen
    assert not [name for name in sent if ".process_" in name]


@pytest.mark.django_db
def test_a_changed_session_is_saved_and_an_unchanged_one_is_left_alone() -> None:
    user = user_make("lin")
    client = AsyncClient()
    who = {"username": user.username, "password": PASSWORD}

    assert async_to_sync(client.post)(LOGIN, who, "application/json").status_code == 200
    session = Session.objects.get(pk=client.cookies["sessionid"].value)
    assert session.get_decoded()["_auth_user_id"] == str(user.pk)

    again = async_to_sync(client.get)("/api/v1/me/")
    assert again.status_code == 200
    assert "sessionid" not in again.cookies


def test_a_page_without_the_csrf_token_is_refused() -> None:
    answer = async_to_sync(AsyncClient(enforce_csrf_checks=True).post)(LIVE)
    assert answer.status_code == 403
    assert answer.json()["code"] == "csrf_failed"
