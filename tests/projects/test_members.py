"""Who works in a project."""

import pytest

from apps.projects.models import Member, MemberRole
from tests.cast import Cast, client_of, user_make


def members(cast: Cast) -> str:
    return f"/api/v1/projects/{cast.project.pk}/members/"


def test_everybody_in_it_sees_the_members_and_the_owner_first(cast: Cast):
    page = client_of(cast.viewer).get(members(cast)).json()
    assert page["count"] == 4
    assert [(row["user"]["username"], row["role"]) for row in page["results"]] == [
        ("owner", "owner"),
        ("viewer-member", "viewer"),
        ("operator-member", "operator"),
        ("manager-member", "manager"),
    ]


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_manager_adds_somebody_by_id_or_by_name(cast: Cast, by):
    who = cast.stranger.pk if by == "id" else "Stranger"

    answer = client_of(cast.manager).post(members(cast), {"user": who, "role": "operator"})

    assert answer.status_code == 201
    assert answer.json()["user"]["id"] == cast.stranger.pk
    assert answer.json()["role"] == "operator"
    project = client_of(cast.stranger).get(f"/api/v1/projects/{cast.project.pk}/").json()
    assert project["my_role"] == "operator"


def test_a_name_of_digits_is_a_name(cast: Cast):
    user = user_make(str(cast.stranger.pk))
    answer = client_of(cast.owner).post(
        members(cast), {"user": str(cast.stranger.pk), "role": "viewer"}
    )
    assert answer.json()["user"]["id"] == user.pk


@pytest.mark.parametrize("user", ["nobody", 10**6, 10**30, True, None, 1.5, [], "a\x00b", ""])
def test_somebody_unknown_is_not_added(cast: Cast, user):
    answer = client_of(cast.owner).post(members(cast), {"user": user, "role": "viewer"})
    assert answer.status_code == 400
    assert "user" in answer.json()["fields"]
    assert Member.objects.count() == 3


def test_nobody_is_added_twice_and_the_owner_not_at_all(cast: Cast):
    api = client_of(cast.owner)
    answer = api.post(members(cast), {"user": cast.viewer.pk, "role": "manager"})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_member")
    answer = api.post(members(cast), {"user": cast.owner.pk, "role": "viewer"})
    assert (answer.status_code, answer.json()["code"]) == (409, "member_is_owner")


def test_a_role_is_changed_and_counts_at_once(cast: Cast):
    address = f"{members(cast)}{cast.operator.pk}/"
    assert client_of(cast.owner).patch(address, {"role": "viewer"}).json()["role"] == "viewer"
    assert Member.objects.get(user=cast.operator).role == MemberRole.VIEWER
    assert client_of(cast.owner).patch(address, {"role": "owner"}).status_code == 400
    assert client_of(cast.owner).patch(address, {}).status_code == 400


def test_somebody_removed_is_a_stranger(cast: Cast):
    assert client_of(cast.manager).delete(f"{members(cast)}{cast.viewer.pk}/").status_code == 204
    assert client_of(cast.viewer).get(members(cast)).status_code == 404


def test_members_leave_by_themselves_and_remove_nobody_else(cast: Cast):
    viewer = client_of(cast.viewer)
    assert viewer.delete(f"{members(cast)}{cast.operator.pk}/").status_code == 403
    assert viewer.delete(f"{members(cast)}{cast.viewer.pk}/").status_code == 204
    assert viewer.delete(f"{members(cast)}{cast.viewer.pk}/").status_code == 404


def test_only_managers_look_after_members(cast: Cast):
    for who in [cast.operator, cast.viewer]:
        api = client_of(who)
        assert api.post(members(cast), {"user": "stranger", "role": "viewer"}).status_code == 403
        address = f"{members(cast)}{cast.manager.pk}/"
        assert api.patch(address, {"role": "viewer"}).status_code == 403
        assert api.delete(address).status_code == 403


def test_the_owner_cannot_be_changed_here(cast: Cast):
    address = f"{members(cast)}{cast.owner.pk}/"
    assert client_of(cast.admin).patch(address, {"role": "viewer"}).status_code == 409
    assert client_of(cast.owner).delete(address).status_code == 409


def test_strangers_find_no_members(cast: Cast):
    stranger = client_of(cast.stranger)
    assert stranger.get(members(cast)).status_code == 404
    assert stranger.post(members(cast), {"user": "stranger", "role": "viewer"}).status_code == 404
    assert stranger.delete(f"{members(cast)}{cast.stranger.pk}/").status_code == 404


def test_somebody_who_is_not_a_member_cannot_be_changed(cast: Cast):
    api = client_of(cast.owner)
    for user_id in [cast.stranger.pk, 10**30]:
        assert api.patch(f"{members(cast)}{user_id}/", {"role": "viewer"}).status_code == 404
        assert api.delete(f"{members(cast)}{user_id}/").status_code == 404
