"""Logging in and out, and what too many wrong tries lead to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.attempts import (
    LIMIT_PER_ADDRESS,
    LIMIT_PER_NAME_AND_ADDRESS,
    attempt_begin,
)
from apps.accounts.services import sessions_sweep
from apps.common.errors import TooManyRequests
from apps.common.requests import client_address
from tests.cast import PASSWORD, address_new, browser_of, client_of, csrf_take, user_make

LOGIN = "/api/v1/auth/login/"


class CountingHasher(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 8, 1
    calls = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).calls += 1
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        type(self).calls += 1
        return super().verify(password, encoded)


def browser() -> APIClient:
    client = APIClient(REMOTE_ADDR=address_new(), enforce_csrf_checks=True)
    csrf_take(client)
    return client


def try_words(client: APIClient, username: str, password: str) -> tuple[int, dict]:
    answer = client.post(LOGIN, {"username": username, "password": password})
    return answer.status_code, answer.json()


def test_logging_in_answers_with_oneself_and_opens_a_session(db):
    user_make("lin")
    client = browser()

    status, me = try_words(client, "lin", PASSWORD)

    assert status == 200
    assert me["username"] == "lin"
    assert me["quota"] == {"used_bytes": 0, "limit_bytes": 500 * 2**30}
    assert me["last_login"] is not None
    assert client.get("/api/v1/me/").status_code == 200


def test_the_case_of_a_user_name_does_not_matter(db):
    user_make("Lin")
    assert try_words(browser(), "lIN", PASSWORD)[0] == 200


def test_a_foreign_page_cannot_log_somebody_in(db):
    user_make("lin")
    client = APIClient(enforce_csrf_checks=True)
    status, error = try_words(client, "lin", PASSWORD)
    assert (status, error["code"]) == (403, "csrf_failed")


def test_a_foreign_page_cannot_act_in_a_session(db):
    client = browser_of(user_make("lin"))
    client.credentials()
    answer = client.post("/api/v1/projects/", {"name": "Slab"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_wrong_words_get_the_same_answer_after_the_same_work(db, settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.test_login.CountingHasher"]
    user_make("lin")
    gone = user_make("gone")
    gone.is_active = False
    gone.save()

    answers, work = [], []
    for username, password in [("lin", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD)]:
        client = browser()
        CountingHasher.calls = 0
        answers.append(try_words(client, username, password))
        work.append(CountingHasher.calls)

    assert answers[0][0] == 400
    assert answers[0][1]["code"] == "invalid_credentials"
    assert answers[0] == answers[1] == answers[2]
    assert work == [1, 1, 1]


def test_too_many_wrong_tries_close_the_door_for_that_name_from_that_address(db):
    user_make("lin")
    user_make("chen")
    client = browser()
    for _ in range(LIMIT_PER_NAME_AND_ADDRESS):
        assert try_words(client, "lin", "wrong")[0] == 400

    for spelling in ["LIN", "ｌｉｎ"]:
        answer = client.post(LOGIN, {"username": spelling, "password": PASSWORD})
        assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_attempts"
    assert 0 < int(answer["Retry-After"]) <= 15 * 60
    assert try_words(client, "chen", PASSWORD)[0] == 200
    assert try_words(browser(), "lin", PASSWORD)[0] == 200


def test_an_address_that_tries_many_names_is_stopped(db):
    client = browser()
    for number in range(LIMIT_PER_ADDRESS):
        assert try_words(client, f"name{number}", "wrong")[0] == 400
    assert try_words(client, "another", "wrong")[0] == 429


def test_a_right_password_forgets_the_wrong_ones(db):
    user_make("lin")
    for _ in range(3):
        client = browser()
        for _ in range(LIMIT_PER_NAME_AND_ADDRESS - 1):
            assert try_words(client, "lin", "wrong")[0] == 400
        assert try_words(client, "lin", PASSWORD)[0] == 200


def test_a_token_cannot_be_tried_out_faster_than_a_login(db):
    user_make("lin")
    client = client_of()
    words = {"username": "lin", "password": "wrong", "name": "script"}
    answers = [client.post("/api/v1/auth/tokens/", words).status_code for _ in range(6)]
    assert answers == [400] * LIMIT_PER_NAME_AND_ADDRESS + [429]


def test_tries_at_the_same_moment_do_not_slip_through_together():
    address = address_new()

    def one(_: int) -> bool:
        try:
            attempt_begin(username="lin", address=address)
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(one, range(40))) == LIMIT_PER_NAME_AND_ADDRESS


def test_logging_out_ends_the_session(db):
    client = browser_of(user_make("lin"))
    session = client.cookies["sessionid"].value

    assert client.post("/api/v1/auth/logout/").status_code == 204

    client.cookies["sessionid"] = session
    answer = client.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "1.2.3.4", "192.0.2.1"),
        (1, "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        (2, "1.2.3.4, 198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "", "192.0.2.1"),
        (1, "<script>", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_only_what_our_own_proxies_say_about_the_address_counts(
    settings, proxies, forwarded, expected
):
    settings.TRUSTED_PROXIES = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="192.0.2.1")
    assert client_address(request) == expected


def test_only_sessions_that_have_expired_are_swept(db: None) -> None:
    person = user_make("li")
    for client in (here := Client(), Client()):
        client.force_login(person)
    others = Session.objects.exclude(pk=here.session.session_key)
    others.update(expire_date=timezone.now() - timedelta(seconds=1))
    sessions_sweep()
    assert Session.objects.get().pk == here.session.session_key
