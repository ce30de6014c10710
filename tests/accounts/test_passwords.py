"""Changing passwords, and what it ends."""

from apps.accounts.attempts import LIMIT_PER_NAME_AND_ADDRESS
from apps.accounts.models import Role
from tests.cast import PASSWORD, browser_of, client_of, user_make

MY_PASSWORD = "/api/v1/me/password/"
NEW = "another-long-enough-word"


def test_changing_ones_password_ends_the_other_sessions_and_not_this_one(db):
    user = user_make("lin")
    here, elsewhere, program = browser_of(user), browser_of(user), client_of(user)

    answer = here.post(MY_PASSWORD, {"current_password": PASSWORD, "new_password": NEW})

    assert answer.status_code == 204
    assert here.get("/api/v1/me/").status_code == 200
    assert elsewhere.get("/api/v1/me/").status_code == 401
    assert program.get("/api/v1/me/").status_code == 200
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_the_present_password_must_be_known_and_cannot_be_guessed_at(db):
    user = user_make("lin")
    browser = browser_of(user)
    words = {"current_password": "wrong", "new_password": NEW}
    for _ in range(LIMIT_PER_NAME_AND_ADDRESS):
        answer = browser.post(MY_PASSWORD, words)
        assert answer.status_code == 400
        assert "current_password" in answer.json()["fields"]
    assert browser.post(MY_PASSWORD, words | {"current_password": PASSWORD}).status_code == 429
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_weak_new_password_is_refused_and_changes_nothing(db):
    user = user_make("lin")
    answer = browser_of(user).post(
        MY_PASSWORD, {"current_password": PASSWORD, "new_password": "short"}
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == "password_too_weak"
    assert answer.json()["fields"]["new_password"]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_an_administrator_resets_a_password_and_ends_sessions_and_tokens(db):
    user = user_make("lin")
    browser, program = browser_of(user), client_of(user)
    somebody_else = client_of(user_make("chen"))
    api = client_of(user_make("administrator", Role.ADMIN))

    answer = api.post(f"/api/v1/users/{user.pk}/password/", {"new_password": NEW})

    assert answer.status_code == 204
    assert browser.get("/api/v1/me/").status_code == 401
    assert program.get("/api/v1/me/").status_code == 401
    assert somebody_else.get("/api/v1/me/").status_code == 200
    user.refresh_from_db()
    assert user.check_password(NEW)
