"""A dataset, a video whose frames show their number, and the work of the workers done here."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.datasets.models import Dataset, DatasetTask
from apps.datasets.services.datasets import dataset_create
from apps.jobs.running import job_run
from apps.projects.models import Project, Video, VideoState
from apps.projects.storage import FRAMES, ORIGINAL, video_files_remove, video_path
from tests.cast import client_of, user_make
from tests.media import make_video
from workers.media.check import check_video

RATE = 10


@pytest.fixture
def engineer(transactional_db: None) -> Iterator[User]:
    yield user_make("engineer", Role.ENGINEER)
    shutil.rmtree(settings.DATASET_ROOT, ignore_errors=True)


@pytest.fixture
def api(engineer: User) -> APIClient:
    return client_of(engineer)


@pytest.fixture
def dataset(engineer: User) -> Dataset:
    return dataset_create(
        name="Pours", description="", classes=["worker", "vibrator_in"], by=engineer
    )


@pytest.fixture
def url(dataset: Dataset) -> str:
    return f"/api/v1/datasets/{dataset.pk}/"


@pytest.fixture
def video(engineer: User, tmp_path: Path) -> Iterator[Video]:
    """Three seconds, ten frames a second, in a project of the engineer."""
    project = Project.objects.create(owner=engineer, name="Slab 3")
    folder = f"tests/datasets-{project.pk}"
    original = video_path(folder, ORIGINAL)
    original.parent.mkdir(parents=True)
    make_video(original, container_format="mp4", rate=RATE, seconds=3.0)
    checked = check_video(original, video_path(folder, FRAMES))
    facts = checked.facts.to_json()
    facts.pop("browser_playable")
    yield Video.objects.create(
        project=project,
        filename="pour.mp4",
        folder=folder,
        size_bytes=original.stat().st_size,
        sha256=checked.sha256,
        content=checked.sha256,
        state=VideoState.READY,
        **facts,
    )
    video_files_remove(folder)


@pytest.fixture
def ended(api: APIClient, url: str) -> Callable[..., dict[str, Any]]:
    """Asks for a task, does the work, and gives the task as it ended."""

    def do(path: str, words: dict[str, Any]) -> dict[str, Any]:
        answer = api.post(f"{url}{path}", words, format="json")
        assert answer.status_code == 202, answer.content
        task = DatasetTask.objects.get(pk=answer.json()["id"])
        job_run(str(task.job_id))
        [shown] = [
            one for one in api.get(f"{url}tasks/").json()["results"] if one["id"] == str(task.pk)
        ]
        return dict(shown)

    return do
