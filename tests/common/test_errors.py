"""Every refusal has the one shape, and a dependency that is down is named and comes back."""

import pytest
from django.db import OperationalError, connection

from tests.cast import PASSWORD, browser_of, client_of, csrf_take, user_make

PROJECTS = "/api/v1/projects/"


@pytest.fixture
def api(db):
    return client_of(user_make("lin"))


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert set(answer.json()) == {"code", "message", "fields"}
    assert answer.json()["message"]
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"name": NaN}',
        b"[" * 100_000,
        b'{"name": ' * 50_000,
        b"9" * 5000,
        b"[]",
        b'"text"',
        b"null",
    ],
)
def test_a_body_that_is_not_the_right_json_is_refused(api, body):
    answer = api.post(PROJECTS, body, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "fields"}


def test_other_types_of_body_are_refused(api):
    answer = api.post(PROJECTS, b"name=x", content_type="application/x-www-form-urlencoded")
    refused(answer, 415, "unsupported_media_type")
    answer = api.post(PROJECTS, b"{}", content_type="application/json; charset=bz2")
    refused(answer, 400, "parse_error")


def test_methods_that_are_not_there_are_refused(api):
    answer = api.put(PROJECTS, {})
    refused(answer, 405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_types_of_answer_that_are_not_there_are_refused(api):
    refused(api.get(PROJECTS, headers={"accept": "image/png"}), 406, "not_acceptable")


def test_addresses_that_are_not_there_are_refused(api):
    refused(api.get("/api/v1/nothing/"), 404, "not_found")


def test_what_is_wrong_with_which_field_is_said(api):
    answer = api.post(PROJECTS, {"name": ""})
    refused(answer, 400, "invalid")
    assert answer.json()["message"] == "name: This field may not be blank."
    assert answer.json()["fields"] == {"name": ["This field may not be blank."]}


def database_is_away(execute, sql, params, many, context):
    raise OperationalError(2013, "Lost connection to server during query")


def test_a_database_that_is_away_is_named_and_comes_back(api):
    with connection.execute_wrapper(database_is_away):
        refused(api.get(PROJECTS), 503, "database_unavailable")
    assert api.get(PROJECTS).status_code == 200


def test_a_database_that_goes_away_outside_of_a_view_is_named(db):
    user = user_make("lin")
    browser = client_of()
    csrf_take(browser)

    def away_for_sessions(execute, sql, params, many, context):
        if "django_session" in sql:
            raise OperationalError(2013, "Lost connection to server during query")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away_for_sessions):
        words = {"username": user.username, "password": PASSWORD}
        refused(browser.post("/api/v1/auth/login/", words), 503, "database_unavailable")


def test_a_session_cannot_be_looked_up_without_the_database(db):
    browser = browser_of(user_make("lin"))
    with connection.execute_wrapper(database_is_away):
        refused(browser.get(PROJECTS), 503, "database_unavailable")
    assert browser.get(PROJECTS).status_code == 200


def test_a_redis_that_is_away_is_named_and_closes_no_other_door(api, settings):
    user_make("chen")
    words = {"username": "chen", "password": PASSWORD, "name": "script"}
    cache = settings.CACHES["default"]
    settings.CACHES = {"default": {**cache, "LOCATION": "unix:///nowhere/redis.sock"}}
    refused(client_of().post("/api/v1/auth/tokens/", words), 503, "redis_unavailable")
    assert api.get(PROJECTS).status_code == 200
    settings.CACHES = {"default": cache}
    assert client_of().post("/api/v1/auth/tokens/", words).status_code == 201


def test_our_own_mistakes_are_not_blamed_on_the_database(api, caplog):
    def wrong(execute, sql, params, many, context):
        return execute("SELEKT 1", None, many, context)

    with connection.execute_wrapper(wrong):
        refused(api.get(PROJECTS), 500, "internal_error")
