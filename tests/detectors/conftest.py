"""Models small enough for tests, and the work of the workers done in this process."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django import Settings

from apps.accounts.models import Role, User
from apps.detectors.services import registry
from apps.jobs.models import Job, JobState
from apps.jobs.running import job_run
from tests.cast import user_make
from workers.detect.registry import DetectorSpec, trial_run
from workers.detect.spec import read_class_names


@pytest.fixture(autouse=True)
def clean_folders() -> Iterator[None]:
    yield
    for folder in (settings.DETECTOR_ROOT, settings.DETECTOR_INBOX, settings.EVALUATION_ROOT):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def quick_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial run without the process around it, which is tested by itself."""

    def try_here(
        path: Path, *, name: str, kind: str, classes_file: Path | None, check: Callable[[], None]
    ) -> dict[str, Any]:
        classes = read_class_names(classes_file) if classes_file else None
        return trial_run(DetectorSpec(name, kind, path, classes))

    monkeypatch.setattr(registry, "model_try", try_here)


@pytest.fixture
def nano(test_data: Path) -> Path:
    return test_data / "weights" / "yolox_nano.onnx"


@pytest.fixture
def coco(test_data: Path) -> Path:
    return test_data / "weights" / "coco_classes.txt"


@pytest.fixture
def engineer(db: None) -> User:
    return user_make("engineer", Role.ENGINEER)


@pytest.fixture
def private_downloads(settings: Settings) -> None:
    settings.DOWNLOADS_ALLOW_PRIVATE = True


def work() -> None:
    """What the workers would do until nothing waits any more."""
    while job := Job.objects.filter(state=JobState.QUEUED).first():
        job_run(str(job.pk))
