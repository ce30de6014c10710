"""Administrators look after people."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.accounts.models import DEFAULT_BIO, DEFAULT_DISPLAY_NAME, ApiToken, Role, User
from apps.accounts.services import user_update
from apps.common.errors import Conflict
from apps.jobs.models import Job, JobKind
from apps.projects.models import Member, MemberRole, Project
from tests.cast import PASSWORD, browser_of, client_of, user_make

USERS = "/api/v1/users/"


@pytest.fixture
def admin(db):
    return user_make("administrator", Role.ADMIN)


@pytest.fixture
def api(admin):
    return client_of(admin)


def test_an_administrator_makes_a_user(api):
    answer = api.post(
        USERS, {"username": "王芳", "password": PASSWORD, "role": "engineer", "remark": "day shift"}
    )

    assert answer.status_code == 201
    made = answer.json()
    assert made["username"] == "王芳"
    assert made["display_name"] == DEFAULT_DISPLAY_NAME
    assert made["bio"] == DEFAULT_BIO
    assert (made["role"], made["remark"]) == ("engineer", "day shift")
    assert (made["is_active"], made["project_count"], made["last_login"]) == (True, 0, None)
    assert User.objects.get(pk=made["id"]).password.startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"username": "two words"}, "username"),
        ({"username": "<b>"}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"username": "", "password": PASSWORD}, "username"),
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "1234567890123"}, "password"),
        ({"username": "slab-inspector", "password": "slab-inspector"}, "password"),
        ({"role": "god"}, "role"),
        ({"display_name": "evil\u202etxt"}, "display_name"),
    ],
)
def test_a_user_that_breaks_a_rule_is_not_made(api, words, field):
    answer = api.post(USERS, {"username": "lin", "password": PASSWORD, **words})
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert User.objects.count() == 1


def test_a_name_is_taken_in_any_case(api):
    user_make("Lin")
    answer = api.post(USERS, {"username": "lIN", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "username_taken")


def test_people_are_found_by_role_and_name(api):
    user_make("lin", Role.ENGINEER)
    user_make("chen", Role.ENGINEER)

    def names(query):
        return [user["username"] for user in api.get(USERS + query).json()["results"]]

    assert names("") == ["administrator", "chen", "lin"]
    assert names("?role=engineer&ordering=-username") == ["lin", "chen"]
    assert names("?search=che") == ["chen"]
    assert names("?is_active=false") == []


def test_the_number_of_queries_does_not_grow_with_the_number_of_people(
    api, django_assert_num_queries
):
    def queries_for(people):
        for number in range(User.objects.count(), people):
            owner = user_make(f"name{number}")
            Project.objects.create(owner=owner, name="Slab")
        # the token, the count, the page
        with django_assert_num_queries(3):
            assert api.get(USERS).json()["count"] == people

    api.get(USERS)  # notes when the token was used
    queries_for(3)
    queries_for(20)


def test_only_living_projects_are_counted(api):
    user = user_make("lin")
    for deleted_at in [None, None, "2026-01-01T00:00Z"]:
        Project.objects.create(owner=user, name="Slab", deleted_at=deleted_at)
    assert api.get(f"{USERS}{user.pk}/").json()["project_count"] == 2


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.ENGINEER])
def test_nobody_else_looks_after_people(db, role):
    user = user_make("lin", role)
    api = client_of(user)
    assert api.get(USERS).status_code == 403
    assert api.post(USERS, {"username": "x", "password": PASSWORD}).status_code == 403
    assert api.patch(f"{USERS}{user.pk}/", {"role": "admin"}).status_code == 403
    assert api.post(f"{USERS}{user.pk}/password/", {"new_password": PASSWORD}).status_code == 403
    assert api.delete(f"{USERS}{user.pk}/").status_code == 403


def test_nobody_raises_themselves(db):
    user = user_make("lin")
    answer = client_of(user).patch("/api/v1/me/", {"role": "admin", "display_name": "Lin"})
    assert answer.json()["display_name"] == "Lin"
    assert answer.json()["role"] == "operator"


def test_somebody_deactivated_loses_sessions_and_tokens_for_good(api):
    user = user_make("lin")
    browser, program = browser_of(user), client_of(user)
    somebody_else = browser_of(user_make("chen"))

    assert api.patch(f"{USERS}{user.pk}/", {"is_active": False}).status_code == 200

    assert somebody_else.get("/api/v1/me/").status_code == 200
    assert browser.get("/api/v1/me/").status_code == 401
    assert program.get("/api/v1/me/").status_code == 401
    api.patch(f"{USERS}{user.pk}/", {"is_active": True})
    assert browser.get("/api/v1/me/").status_code == 401
    assert program.get("/api/v1/me/").status_code == 401


def test_the_last_administrator_stays(api, admin):
    for words in [{"role": "engineer"}, {"is_active": False}]:
        answer = api.patch(f"{USERS}{admin.pk}/", words)
        assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    assert api.delete(f"{USERS}{admin.pk}/").json()["code"] == "last_administrator"
    assert api.patch(f"{USERS}{admin.pk}/", {"remark": "still here"}).status_code == 200

    user_make("second", Role.ADMIN)
    assert api.patch(f"{USERS}{admin.pk}/", {"role": "engineer"}).status_code == 200


class TestDeletingSomebodyWhoOwnsProjects:
    @pytest.fixture
    def lin(self, db):
        user = user_make("lin")
        Project.objects.create(owner=user, name="Slab 1")
        Project.objects.create(owner=user, name="Slab 2")
        Project.objects.create(owner=user, name="Old", deleted_at="2026-01-01T00:00Z")
        return user

    def test_asks_what_happens_to_the_projects(self, api, lin):
        answer = api.delete(f"{USERS}{lin.pk}/")
        assert (answer.status_code, answer.json()["code"]) == (409, "user_owns_projects")
        assert User.objects.filter(pk=lin.pk).exists()

    def test_gives_them_to_somebody_else(self, api, lin):
        chen = user_make("chen")
        Member.objects.create(
            project=Project.objects.get(name="Slab 1"), user=chen, role=MemberRole.VIEWER
        )

        assert api.delete(f"{USERS}{lin.pk}/?transfer_to={chen.pk}").status_code == 204

        listed = client_of(chen).get("/api/v1/projects/").json()["results"]
        assert {(row["name"], row["my_role"]) for row in listed} == {
            ("Slab 1", "manager"),
            ("Slab 2", "manager"),
        }
        assert not Member.objects.exists()
        assert not User.objects.filter(pk=lin.pk).exists()

    def test_refuses_an_heir_who_could_not_use_them(self, api, lin):
        viewer = user_make("viewer", Role.VIEWER)
        for heir in [viewer.pk, lin.pk, 10**6, 10**30, -1, "x"]:
            answer = api.delete(f"{USERS}{lin.pk}/?transfer_to={heir}")
            assert answer.status_code == 400
        assert Project.objects.filter(owner=lin).count() == 3

    def test_deletes_them_when_told(self, api, lin):
        assert api.delete(f"{USERS}{lin.pk}/?delete_projects=true").status_code == 204
        assert not Project.objects.filter(deleted_at=None).exists()
        assert Job.objects.filter(kind=JobKind.PROJECT_PURGE).count() == 2


def test_deleting_somebody_takes_their_keys_along(api):
    user = user_make("lin")
    program = client_of(user)
    assert api.delete(f"{USERS}{user.pk}/").status_code == 204
    assert program.get("/api/v1/me/").status_code == 401
    assert not ApiToken.objects.filter(user_id=user.pk).exists()


def test_operators_look_people_up_and_viewers_do_not(db):
    gone = user_make("gone-lin")
    gone.is_active = False
    gone.save()
    user_make("lin-1")
    operator = client_of(user_make("chen"))

    assert [person["username"] for person in operator.get(f"{USERS}lookup/?q=LIN").json()] == [
        "lin-1"
    ]
    for number in range(20):
        user_make(f"many{number}")
    assert len(operator.get(f"{USERS}lookup/?q=many").json()) == 10
    assert client_of(user_make("v", Role.VIEWER)).get(f"{USERS}lookup/?q=l").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_the_same_moment_leave_one():
    users = [user_make(name, Role.ADMIN) for name in ("one", "two")]
    together = Barrier(2)

    def demote(user: User) -> bool:
        together.wait()
        try:
            user_update(user, role=Role.VIEWER)
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(demote, users)) == [False, True]
    assert User.objects.filter(role=Role.ADMIN).count() == 1
