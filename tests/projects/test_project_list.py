"""The list of projects: whose, filtered, searched, ordered, in pages, in few queries."""

from datetime import UTC, datetime

import pytest

from apps.projects.models import Member, MemberRole, Project, ProjectStatus, Video, VideoState
from tests.cast import client_of, user_make

PROJECTS = "/api/v1/projects/"


@pytest.fixture
def lin(db):
    return user_make("lin")


@pytest.fixture
def api(lin):
    return client_of(lin)


def project_make(owner, name="Slab", **fields):
    created_at = fields.pop("created_at", None)
    project = Project.objects.create(owner=owner, name=name, **fields)
    if created_at:
        Project.objects.filter(pk=project.pk).update(created_at=created_at)
    return project


def video_make(project, number=0, **fields):
    return Video.objects.create(
        project=project,
        filename=f"{number}.mp4",
        size_bytes=1,
        folder=f"{project.pk}-{number}",
        **fields,
    )


def names(api, query=""):
    answer = api.get(PROJECTS + query)
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def test_one_sees_what_one_owns_or_is_a_member_of(api, lin):
    chen = user_make("chen")
    project_make(lin, "own")
    Member.objects.create(project=project_make(chen, "shared"), user=lin, role=MemberRole.VIEWER)
    project_make(chen, "foreign")
    project_make(lin, "deleted", deleted_at="2026-01-01T00:00Z")
    assert names(api) == ["shared", "own"]


def test_filters_narrow_it_down(api, lin):
    chen = user_make("chen")
    project_make(lin, "done", status=ProjectStatus.COMPLETED)
    shared = project_make(chen, "shared", status=ProjectStatus.IN_PROGRESS)
    Member.objects.create(project=shared, user=lin, role=MemberRole.VIEWER)

    assert names(api, "?status=completed") == ["done"]
    assert names(api, "?status=cancelled") == []
    assert names(api, "?owner=me") == ["done"]
    assert names(api, f"?owner={chen.pk}") == ["shared"]
    assert names(api, f"?member={lin.pk}") == ["shared", "done"]
    assert names(api, f"?member={chen.pk}&status=in_progress") == ["shared"]


def test_dates_are_half_open(api, lin):
    for day in (1, 2, 3):
        project_make(lin, f"day {day}", created_at=datetime(2026, 5, day, tzinfo=UTC))
    assert names(api, "?created_after=2026-05-02&ordering=created_at") == ["day 2", "day 3"]
    assert names(api, "?created_before=2026-05-02T00:00:00Z") == ["day 1"]
    assert names(api, "?created_after=2026-05-02T08:00:01%2B08:00") == ["day 3"]


def test_the_search_looks_at_names_descriptions_and_owners(api, lin):
    project_make(lin, "Slab 3")
    project_make(lin, "Wall", description="beside the SLAB")
    project_make(lin, "柱子")
    project_make(lin, "100%")
    assert set(names(api, "?search=slab")) == {"Slab 3", "Wall"}
    assert names(api, "?search=柱") == ["柱子"]
    assert names(api, "?search=%25") == ["100%"]
    assert len(names(api, "?search=lin")) == 4


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("name", ["a", "b", "c"]),
        ("-name", ["c", "b", "a"]),
        ("created_at", ["b", "a", "c"]),
        ("-updated_at", ["c", "a", "b"]),
        ("status", ["c", "a", "b"]),
    ],
)
def test_the_order_can_be_chosen(api, lin, ordering, expected):
    project_make(lin, "b", status=ProjectStatus.FAILED)
    project_make(lin, "a", status=ProjectStatus.COMPLETED)
    project_make(lin, "c")
    assert names(api, f"?ordering={ordering}") == expected


def test_pages_have_a_limit_and_together_show_everything_once(api, lin):
    Project.objects.bulk_create(Project(owner=lin, name=f"{n:03}") for n in range(205))
    first = api.get(f"{PROJECTS}?ordering=name&page_size=1000").json()
    assert first["count"] == 205
    assert len(first["results"]) == 200
    assert first["previous"] is None
    second = api.get(first["next"]).json()
    seen = [row["name"] for row in first["results"] + second["results"]]
    assert seen == [f"{n:03}" for n in range(205)]
    assert second["next"] is None


def test_projects_of_the_same_name_keep_their_places_between_pages(api, lin):
    Project.objects.bulk_create(Project(owner=lin, name="Slab") for _ in range(60))
    pages = [
        api.get(f"{PROJECTS}?ordering=name&page_size=20&page={page}").json()["results"]
        for page in (1, 2, 3)
    ]
    ids = [row["id"] for page in pages for row in page]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == 60


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?page=2", 404),
        ("?page=0", 404),
        ("?page=x", 404),
        ("?page=99999999999999999999999", 404),
        ("?page_size=x", 200),
        ("?page_size=-1", 200),
        ("?status=unknown", 400),
        ("?status=%00", 400),
        ("?owner=x", 400),
        ("?owner=9999999999999999999", 400),
        ("?owner=%C2%B2", 400),
        ("?member=x", 400),
        ("?member=9999999999999999999999", 400),
        ("?member=1e400", 400),
        ("?member=-9999999999999999999999", 400),
        ("?created_after=yesterday", 400),
        ("?created_after=0001-01-01T00:00:00%2B14:00", 400),
        ("?created_before=9999-12-31T23:59:59-14:00", 400),
        ("?search=%00", 400),
        ("?ordering=password", 400),
        ("?ordering=name,-owner__password", 400),
        ("?format=xml", 200),
        ("99999999999999999999/", 404),
        ("%00/", 404),
    ],
)
def test_bad_queries_get_a_clear_answer(api, lin, query, status):
    project_make(lin)
    answer = api.get(PROJECTS + query)
    assert answer.status_code == status, answer.content
    if status >= 400:
        assert set(answer.json()) == {"code", "message", "fields"}


def test_a_row_tells_about_its_videos(api, lin):
    project = project_make(lin)
    video_make(project, 1, state=VideoState.REJECTED, duration_seconds=99)
    shown = video_make(
        project, 2, state=VideoState.READY, duration_seconds=79.5, has_thumbnail=True
    )
    video_make(project, 3, state=VideoState.READY, duration_seconds=20.5, has_thumbnail=True)

    [row] = api.get(PROJECTS).json()["results"]

    assert row["video_count"] == 3
    assert row["duration_seconds"] == 100.0
    assert row["thumbnail_url"] == f"/api/v1/videos/{shown.pk}/thumbnail/"


def test_the_number_of_queries_does_not_grow_with_the_list(
    api, lin, django_assert_max_num_queries, django_assert_num_queries
):
    chen = user_make("chen")

    def fill(count):
        for number in range(Project.objects.count(), count):
            project = project_make(lin if number % 2 else chen, f"{number}")
            video_make(project, state=VideoState.READY, has_thumbnail=True)
            if project.owner == chen:
                Member.objects.create(project=project, user=lin, role=MemberRole.OPERATOR)

    api.get(PROJECTS)  # notes when the token was used
    fill(3)
    with django_assert_max_num_queries(8) as few:
        assert len(api.get(f"{PROJECTS}?page_size=100").json()["results"]) == 3
    fill(30)
    with django_assert_num_queries(len(few)):
        assert len(api.get(f"{PROJECTS}?page_size=100").json()["results"]) == 30


def test_the_number_of_queries_of_one_project_does_not_grow_with_its_videos(
    api, lin, django_assert_max_num_queries, django_assert_num_queries
):
    project = project_make(lin)
    address = f"{PROJECTS}{project.pk}/"
    api.get(address)  # notes when the token was used
    video_make(project, 0, uploaded_by=lin)
    with django_assert_max_num_queries(10) as few:
        api.get(address)
    for number in range(1, 20):
        video_make(project, number, uploaded_by=lin)
    with django_assert_num_queries(len(few)):
        assert len(api.get(address).json()["videos"]) == 20
