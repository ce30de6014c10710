"""The shared cast of the tests: an owner, teammates of each role, an administrator, a stranger."""

import itertools
from dataclasses import dataclass

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.accounts.services import token_create
from apps.projects.models import Member, MemberRole, Project

PASSWORD = "a-long-enough-word"

_addresses = itertools.count(1)


def address_new() -> str:
    """A client address of one's own, so that tests do not share counters of failed tries."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def user_make(username: str, role: Role = Role.OPERATOR) -> User:
    return User.objects.create_user(username, PASSWORD, role=role)


def client_of(user: User | None = None) -> APIClient:
    """A program with a token, or somebody anonymous."""
    client = APIClient(REMOTE_ADDR=address_new(), raise_request_exception=False)
    if user is not None:
        _, key = token_create(user=user, name="tests", expires_in_days=1)
        client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def browser_of(user: User) -> APIClient:
    """A dashboard: a session with CSRF, logged in through the API."""
    client = APIClient(
        REMOTE_ADDR=address_new(), enforce_csrf_checks=True, raise_request_exception=False
    )
    csrf_take(client)
    answer = client.post("/api/v1/auth/login/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    csrf_take(client)
    return client


def csrf_take(client: APIClient) -> None:
    if "csrftoken" not in client.cookies:
        assert client.get("/api/v1/auth/login/").status_code == 204
    client.credentials(HTTP_X_CSRFTOKEN=client.cookies["csrftoken"].value)


@dataclass(frozen=True)
class Cast:
    owner: User
    manager: User
    operator: User
    viewer: User
    admin: User
    stranger: User
    project: Project


@pytest.fixture
def cast(db: None) -> Cast:
    owner = user_make("owner")
    project = Project.objects.create(owner=owner, name="Slab 3")
    members = {role: user_make(f"{role}-member") for role in MemberRole}
    for role, user in members.items():
        Member.objects.create(project=project, user=user, role=role)
    return Cast(
        owner=owner,
        manager=members[MemberRole.MANAGER],
        operator=members[MemberRole.OPERATOR],
        viewer=members[MemberRole.VIEWER],
        admin=user_make("administrator", Role.ADMIN),
        stranger=user_make("stranger", Role.ENGINEER),
        project=project,
    )
