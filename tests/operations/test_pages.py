"""The dashboard's page is given for page addresses, and only for them."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

PAGE = b"<!doctype html><title>CVD-MIS</title>"


@pytest.fixture
def built(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(PAGE)
    settings.FRONTEND_DIST = tmp_path


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/projects", "/projects/7", "/account/"])
def test_every_page_address_gives_the_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path", ["/api/v1/nothing/", "/api/nothing", "/assets/gone.js", "/static/gone", "/robots.txt"]
)
def test_what_is_missing_stays_missing(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_without_a_build_the_page_says_what_to_do(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.FRONTEND_DIST = tmp_path / "nothing"
    answer = client.get("/projects")
    assert answer.status_code == 503
    assert "npm run build" in answer.content.decode()


def test_pages_take_no_changes(client: Client) -> None:
    assert client.post("/projects").status_code in {403, 405}
