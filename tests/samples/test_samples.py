"""A sample sets itself up: rendered, checked, calibrated and analysed, or it says why not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.accounts.models import Role, User
from apps.analysis.models import Run
from apps.detectors.services import builtin_detectors_ensure
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.running import job_run
from apps.projects.models import Project, Video
from apps.projects.services.projects import project_delete
from apps.projects.storage import video_files_remove
from apps.samples import services
from apps.samples.catalogue import SAMPLES
from tests.cast import client_of, user_make

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/projects/"


@pytest.fixture
def operator(db: None) -> User:
    return user_make("operator", Role.OPERATOR)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two seconds of video, and a worker for the check that the sample waits for."""
    monkeypatch.setattr(services, "SAMPLES", [replace(one, seconds=2) for one in SAMPLES])

    def wait(_: float) -> None:
        for job in Job.objects.filter(kind=JobKind.VIDEO_CHECK, state=JobState.QUEUED):
            job_run(str(job.pk))

    monkeypatch.setattr(services, "sleep", wait)
    yield
    for folder in Video.with_deleted.values_list("folder", flat=True):
        video_files_remove(folder)


def rendered() -> list[Path]:
    return list(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("sample-*"))


def start(user: User, **words: Any) -> Any:
    return client_of(user).post(f"{URL}sample/", {"name": "slab", **words})


def test_a_sample_becomes_a_project_with_a_site_and_a_run(operator: User) -> None:
    builtin_detectors_ensure()
    listed = client_of(operator).get("/api/v1/samples/").json()
    assert [one["name"] for one in listed] == [one.name for one in SAMPLES]
    answer = start(operator, language="zh")
    assert answer.status_code == 202, answer.content
    project = Project.objects.get(pk=answer.json()["id"])
    assert project.name == SAMPLES[0].title_zh
    client = client_of(operator)
    state = client.get(f"{URL}{project.pk}/sample/").json()
    assert (state["state"], state["phase"]) == ("queued", "rendering")
    assert start(operator).json()["code"] == "sample_active"

    job_run(str(Job.objects.get(kind=JobKind.PROJECT_SAMPLE).pk))
    state = client.get(f"{URL}{project.pk}/sample/").json()
    assert (state["state"], state["error"], state["progress"]) == ("completed", None, 1.0)
    [video] = client.get(f"{URL}{project.pk}/").json()["videos"]
    assert (video["state"], video["width"], video["height"]) == ("ready", 480, 270)
    site = client.get(f"{URL}{project.pk}/site/").json()
    assert site["version"] == 1
    assert site["site"]["cameras"][str(video["id"])]["calibration"]["points"]
    run = Run.objects.get(project=project)
    assert (run.detector.name, run.fps, run.frames_total) == ("hog", 5.0, 10)
    assert rendered() == []


def test_a_sample_whose_project_is_deleted_leaves_nothing(operator: User) -> None:
    project = Project.objects.get(pk=start(operator).json()["id"])
    project_delete(project, by=operator)
    job = Job.objects.get(kind=JobKind.PROJECT_SAMPLE)
    assert job.state == JobState.CANCELLED
    job_run(str(job.pk))
    assert not Video.objects.exists()
    assert rendered() == []


def test_a_failed_rendering_says_why(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [replace(one, difficulty="impossible") for one in SAMPLES]
    monkeypatch.setattr(services, "SAMPLES", broken)
    project = start(operator).json()["id"]
    job_run(str(Job.objects.get(kind=JobKind.PROJECT_SAMPLE).pk))
    state = client_of(operator).get(f"{URL}{project}/sample/").json()
    assert (state["state"], state["error"]["code"]) == ("failed", "sample_failed")
    assert "impossible" in state["error"]["message"]
    assert rendered() == []


def test_strangers_and_viewers_start_none(operator: User) -> None:
    viewer = user_make("viewer", Role.VIEWER)
    assert start(viewer).status_code == 403
    assert start(operator, name="nothing").json()["code"] == "sample_unknown"
    assert start(operator, language="fr").status_code == 400
    mine = Project.objects.create(owner=operator, name="mine")
    assert client_of(operator).get(f"{URL}{mine.pk}/sample/").json()["state"] == "none"
    stranger = user_make("stranger", Role.ENGINEER)
    assert client_of(stranger).get(f"{URL}{mine.pk}/sample/").status_code == 404
