"""Keys for programs: made, listed, used, revoked, expired."""

from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import ApiToken
from tests.cast import PASSWORD, browser_of, client_of, user_make

TOKENS = "/api/v1/auth/tokens/"


def token_post(client, **words):
    return client.post(TOKENS, {"name": "script", **words})


def with_token(key):
    client = client_of()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def test_a_program_gets_a_token_with_a_password_and_it_is_shown_once(db):
    user_make("lin")

    answer = token_post(client_of(), username="lin", password=PASSWORD, expires_in_days=7)

    assert answer.status_code == 201
    made = answer.json()
    assert set(made) == {
        "id", "name", "prefix", "token", "created_at", "expires_at", "last_used_at"
    }  # fmt: skip
    assert made["token"].startswith(made["prefix"])
    assert not ApiToken.objects.filter(digest=made["token"]).exists()
    client = with_token(made["token"])
    assert client.get("/api/v1/me/").json()["username"] == "lin"
    [listed] = client.get(TOKENS).json()["results"]
    assert "token" not in listed
    assert listed["last_used_at"] is not None
    expires_at = ApiToken.objects.get(pk=made["id"]).expires_at
    assert timedelta(days=6.9) < expires_at - timezone.now() < timedelta(days=7)


def test_somebody_logged_in_leaves_the_password_out(db):
    answer = token_post(browser_of(user_make("lin")))
    assert answer.status_code == 201


def test_nobody_gets_a_token_for_nothing(db):
    answer = token_post(client_of())
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    half = token_post(client_of(), username="lin")
    assert half.status_code == 400


def test_a_token_cannot_make_another_one(db):
    answer = token_post(client_of(user_make("lin")))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_revoked_token_opens_nothing(db):
    user = user_make("lin")
    made = token_post(browser_of(user)).json()
    client = with_token(made["token"])

    assert client_of(user).delete(f"{TOKENS}{made['id']}/").status_code == 204

    answer = client.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert client_of(user).delete(f"{TOKENS}{made['id']}/").status_code == 404


def test_an_expired_token_opens_nothing(db):
    made = token_post(browser_of(user_make("lin"))).json()
    ApiToken.objects.update(expires_at=timezone.now())
    assert with_token(made["token"]).get("/api/v1/me/").status_code == 401


def test_tokens_of_others_are_out_of_sight_and_reach(db):
    made = token_post(browser_of(user_make("lin"))).json()
    stranger = browser_of(user_make("stranger"))
    assert stranger.get(TOKENS).json()["results"] == []
    assert stranger.delete(f"{TOKENS}{made['id']}/").status_code == 404


def test_strange_authorization_headers_are_refused(db):
    for header in ["Token", "Token a b", "Token ü", "token " + "x" * 5000]:
        client = client_of()
        client.credentials(HTTP_AUTHORIZATION=header)
        assert client.get("/api/v1/me/").status_code == 401
