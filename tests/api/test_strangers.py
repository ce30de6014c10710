"""Every address that takes an id: a stranger with a valid account finds nothing there.

The addresses come from the schema, so a new one is tried without anybody thinking of it.
"""

from functools import cache
from typing import Any

import pytest
from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from apps.accounts.models import Role
from tests.api.addresses import address_ids, collection
from tests.cast import Cast, client_of

# The client of the tests is synchronous, files are sent asynchronously.
pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume async")

METHODS = ("get", "post", "put", "patch", "delete")
# The registry of detectors belongs to everybody with the right role: see tests/detectors.
REGISTRY = {"detectors", "imports", "evaluations", "sets"}
# Every engineer's, and nobody else's.
LEARNING = {"datasets", "trainings"}
OF_ALL = REGISTRY | LEARNING
# Made of a real video and a real map: see tests/evidence.
DRAWN = ("/still/", "/plan.svg", "/plan.png", "/overlay.png")
TUS_HEADERS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}


@cache
def operations() -> dict[tuple[str, str], dict[str, Any]]:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {
        (method, path): item[method]
        for path, item in sorted(paths.items())
        for method in METHODS
        if method in item and "{" in path
    }


def call(client: APIClient, method: str, path: str, ids: dict[str, object]) -> HttpResponse:
    operation = operations()[method, path]
    address = path.format_map(address_ids(path, ids))
    # Pictures are the only things that a query has to name.
    asked = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"
             and one.get("required")]  # fmt: skip
    address += "?" + "&".join(f"{name}={ids['images']}" for name in asked)
    content = operation.get("requestBody", {}).get("content", {})
    content_type = next(iter(content), "application/json")
    body = "{}" if content_type == "application/json" else ""
    headers = TUS_HEADERS if collection(path) == "uploads" else {}
    answer = client.generic(method.upper(), address, body, content_type, headers=headers)
    if answer.streaming:
        b"".join(answer)
    return answer


def test_there_is_something_to_try():
    assert {collection(path) for _, path in operations()} == {
        "projects",
        "videos",
        "uploads",
        "runs",
        "tokens",
        "reports",
        "users",
        *OF_ALL,
    }


def test_a_stranger_finds_nothing(cast: Cast, ids: dict[str, object]):
    stranger = client_of(cast.stranger)
    # What a role opens or closes for everything alike tells nothing about a single one.
    by_role = {"users": 403}
    asked = [(method, path) for method, path in operations() if collection(path) not in OF_ALL]
    answers = {
        f"{method} {path}": call(stranger, method, path, ids).status_code for method, path in asked
    }
    assert answers == {
        f"{method} {path}": by_role.get(collection(path), 404) for method, path in asked
    }


def test_somebody_anonymous_is_asked_who_they_are(ids: dict[str, object]):
    nobody = client_of()
    answers = {
        f"{method} {path}": call(nobody, method, path, ids).status_code
        for method, path in operations()
    }
    assert answers == {f"{method} {path}": 401 for method, path in operations()}


def test_a_viewer_reads_and_changes_nothing(cast: Cast, ids: dict[str, object]):
    cast.viewer.role = Role.VIEWER
    cast.viewer.save()
    viewer = client_of(cast.viewer)
    for method, path in operations():
        is_theirs = collection(path) in {"projects", "videos", "runs", "reports"}
        if is_theirs and not path.endswith(DRAWN):
            status = call(viewer, method, path, ids).status_code
            assert (status == 200) if method == "get" else (status == 403), f"{method} {path}"


def test_what_detectors_learn_from_is_for_engineers(cast: Cast, ids: dict[str, object]):
    operator, engineer = client_of(cast.owner), client_of(cast.stranger)
    learning = [(method, path) for method, path in operations() if collection(path) in LEARNING]
    for method, path in learning:
        assert call(operator, method, path, ids).status_code == 403, f"{method} {path}"
        if method == "get":
            assert call(engineer, method, path, ids).status_code == 200, path


def test_the_owner_finds_everything(cast: Cast, ids: dict[str, object]):
    owner = client_of(cast.owner)
    for method, path in operations():
        if (
            method == "get"
            and collection(path) not in {"users", *OF_ALL}
            and not path.endswith(DRAWN)
        ):
            assert call(owner, method, path, ids).status_code == 200, path
