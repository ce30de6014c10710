"""One project: made, read, changed, handed over, deleted, by those who may."""

import pytest

from apps.accounts.models import Role
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.services import job_create
from apps.projects.models import Member, MemberRole, Project
from apps.projects.services.projects import project_update
from tests.cast import Cast, client_of, user_make

PROJECTS = "/api/v1/projects/"


def address(project: Project) -> str:
    return f"{PROJECTS}{project.pk}/"


def test_an_operator_makes_a_project_and_owns_it(db):
    lin = user_make("lin")

    answer = client_of(lin).post(PROJECTS, {"name": "  Slab 3 ", "description": "north\nside"})

    assert answer.status_code == 201
    made = answer.json()
    assert made["name"] == "Slab 3"
    assert made["description"] == "north\nside"
    assert made["status"] == "not_started"
    assert made["owner"] == {"id": lin.pk, "username": "lin", "display_name": lin.display_name}
    assert made["my_role"] == "manager"
    assert (made["videos"], made["video_count"], made["duration_seconds"]) == ([], 0, 0)
    assert (made["active_run"], made["latest_run"], made["thumbnail_url"]) == (None, None, None)
    assert client_of(lin).get(f"{PROJECTS}{made['id']}/").json() == made


def test_a_viewer_makes_no_project(db):
    answer = client_of(user_make("lin", Role.VIEWER)).post(PROJECTS, {"name": "Slab"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "evil\u202etxt.exe"}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x", "description": "x" * 2001}, "description"),
        ({"name": "x", "description": "bell\x07"}, "description"),
    ],
)
def test_a_name_that_breaks_a_rule_is_refused(db, words, field):
    answer = client_of(user_make("lin")).post(PROJECTS, words)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Project.objects.exists()


def test_lone_surrogates_are_refused(cast: Cast):
    for path, body in (
        (PROJECTS, b'{"name": "\\ud800"}'),
        (f"{address(cast.project)}members/", b'{"user": "\\ud800", "role": "viewer"}'),
    ):
        answer = client_of(cast.owner).post(path, body, content_type="application/json")
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "浇筑 🏗️ 第3段", "'; DROP TABLE x; --"]
)
def test_markup_and_any_language_stay_plain_text(db, name):
    answer = client_of(user_make("lin")).post(PROJECTS, {"name": name})
    assert answer.json()["name"] == name
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("owner", "manager"),
        ("manager", "manager"),
        ("operator", "operator"),
        ("viewer", "viewer"),
        ("admin", "manager"),
    ],
)
def test_everybody_in_a_project_sees_it_with_their_role(cast: Cast, who, role):
    answer = client_of(getattr(cast, who)).get(address(cast.project))
    assert answer.json()["my_role"] == role


def test_a_stranger_finds_nothing_and_an_anonymous_is_asked_who_they_are(cast: Cast):
    stranger, nobody = client_of(cast.stranger), client_of()
    for method in ["get", "patch", "delete"]:
        answer = getattr(stranger, method)(address(cast.project))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        answer = getattr(nobody, method)(address(cast.project))
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_somebody_whose_own_role_is_viewer_never_is_more(cast: Cast):
    cast.manager.role = Role.VIEWER
    cast.manager.save()
    api = client_of(cast.manager)
    assert api.get(address(cast.project)).json()["my_role"] == "viewer"
    assert api.patch(address(cast.project), {"name": "x"}).status_code == 403


def test_managers_change_a_project_and_others_do_not(cast: Cast):
    answer = client_of(cast.manager).patch(address(cast.project), {"description": "new"})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["description"]) == ("Slab 3", "new")
    for who in [cast.operator, cast.viewer]:
        assert client_of(who).patch(address(cast.project), {"name": "x"}).status_code == 403
        assert client_of(who).delete(address(cast.project)).status_code == 403
    cast.project.refresh_from_db()
    assert cast.project.name == "Slab 3"


def test_the_owner_hands_a_project_over_and_stays_as_a_manager(cast: Cast):
    answer = client_of(cast.owner).patch(address(cast.project), {"owner": cast.viewer.pk})

    assert answer.json()["owner"]["id"] == cast.viewer.pk
    assert answer.json()["my_role"] == "manager"
    roles = dict(Member.objects.values_list("user__username", "role"))
    assert roles["owner"] == MemberRole.MANAGER
    assert cast.viewer.username not in roles


def test_changes_that_meet_undo_nothing(cast: Cast):
    """What a request has read may be old by the time it writes."""
    seen = [Project.objects.get(pk=cast.project.pk) for _ in range(3)]
    project_update(seen[0], by=cast.owner, owner=cast.viewer)
    again = project_update(seen[1], by=cast.owner, owner=cast.viewer)
    assert (again.owner, Member.objects.filter(user=cast.owner).count()) == (cast.viewer, 1)
    project_update(Project.objects.get(pk=cast.project.pk), by=cast.viewer, name="Slab 4")
    changed = project_update(seen[2], by=cast.manager, description="new")
    assert (changed.name, changed.description, changed.owner) == ("Slab 4", "new", cast.viewer)


def test_a_manager_cannot_take_a_project_over(cast: Cast):
    answer = client_of(cast.manager).patch(address(cast.project), {"owner": cast.manager.pk})
    assert answer.status_code == 403
    cast.project.refresh_from_db()
    assert cast.project.owner == cast.owner


def test_a_project_is_not_given_to_somebody_who_could_not_use_it(cast: Cast):
    for owner in [user_make("v", Role.VIEWER).pk, 10**6, 10**30, "x", True]:
        words = {"owner": owner, "name": "changed"}
        assert client_of(cast.owner).patch(address(cast.project), words).status_code == 400
    cast.project.refresh_from_db()
    assert (cast.project.owner, cast.project.name) == (cast.owner, "Slab 3")


def test_a_deleted_project_is_gone_at_once_for_everybody(cast: Cast):
    running = job_create(kind=JobKind.ANALYSIS, project=cast.project)
    Job.objects.filter(pk=running.pk).update(state=JobState.RUNNING)
    waiting = job_create(kind=JobKind.VIDEO_PROXY, project=cast.project)

    assert client_of(cast.owner).delete(address(cast.project)).status_code == 204

    for who in [cast.owner, cast.viewer, cast.admin]:
        assert client_of(who).get(address(cast.project)).status_code == 404
        assert client_of(who).get(PROJECTS).json()["results"] == []
    running.refresh_from_db()
    waiting.refresh_from_db()
    assert (running.state, waiting.state) == (JobState.CANCELLING, JobState.CANCELLED)
    assert Job.objects.get(kind=JobKind.PROJECT_PURGE).project_id == cast.project.pk
    assert client_of(cast.owner).delete(address(cast.project)).status_code == 404
    assert Job.objects.filter(kind=JobKind.PROJECT_PURGE).count() == 1
