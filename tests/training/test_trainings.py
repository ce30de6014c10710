"""Trainings over the API: asked for, done by the real child process, stopped, gone on with."""

import io
import json
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from PIL import Image
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.datasets.models import DatasetImage, DatasetVersion, ImageState
from apps.datasets.services.datasets import dataset_create
from apps.datasets.services.versions import version_create
from apps.datasets.storage import image_path
from apps.detectors.models import Detector, DetectorState
from apps.detectors.services.shipped import builtin_detectors_ensure
from apps.jobs.models import Job, JobState
from apps.jobs.running import job_run
from apps.training.models import Training
from apps.training.storage import training_folder
from tests.cast import client_of, user_make

URL = "/api/v1/trainings/"
SIZE = 64


@pytest.fixture
def engineer(transactional_db: None) -> Iterator[User]:
    yield user_make("engineer", Role.ENGINEER)
    for folder in (settings.DATASET_ROOT, settings.TRAINING_ROOT, settings.DETECTOR_ROOT):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def api(engineer: User) -> APIClient:
    return client_of(engineer)


@pytest.fixture
def version(engineer: User) -> DatasetVersion:
    """Eight pictures of a bright square on noise; two of them to judge on."""
    dataset = dataset_create(name="Squares", description="", classes=["square"], by=engineer)
    rng = np.random.default_rng(1)
    for number in range(8):
        left, top = rng.integers(4, 30, 2).tolist()
        picture = rng.integers(0, 60, (SIZE, SIZE, 3), dtype=np.uint8)
        picture[top : top + 24, left : left + 24] = 230
        out = io.BytesIO()
        Image.fromarray(picture).save(out, "PNG")
        path = image_path(dataset.folder, f"{number}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(out.getvalue())
        DatasetImage.objects.create(
            dataset=dataset,
            source=f"{number}.png",
            group=str(number),
            file=path.name,
            sha256="",
            width=SIZE,
            height=SIZE,
            state=ImageState.LABELLED,
            split="val" if number < 2 else "train",
            boxes=[{"label": "square", "box": [left, top, left + 24, top + 24]}],
        )
    return version_create(dataset, note="", by=engineer)


def wish(version: DatasetVersion, **more: Any) -> dict[str, Any]:
    return {
        "name": "Squares 1",
        "version": version.pk,
        "image_size": [SIZE, SIZE],
        "epochs": 2,
        "batch_size": 4,
        **more,
    }


def start(api: APIClient, version: DatasetVersion, **more: Any) -> Training:
    answer = api.post(URL, wish(version, **more), format="json")
    assert answer.status_code == 202, answer.content
    return Training.objects.get(pk=answer.json()["id"])


def test_a_training_ends_as_a_candidate_with_its_recipe_and_curves(
    api: APIClient, version: DatasetVersion
) -> None:
    training = start(api, version)
    assert training.job.state == JobState.QUEUED
    # Of four steps in all none is left for warming up.
    assert training.recipe["warm_up_steps"] == 0
    job_run(str(training.job_id))
    shown = api.get(f"{URL}{training.pk}/").json()
    assert shown["state"] == "completed", shown["error"]
    epochs = [point for point in shown["points"] if point["kind"] == "epoch"]
    assert [point["epoch"] for point in epochs] == [1, 2]
    assert all(point["AP"] is not None for point in epochs)
    last = shown["points"][-1]["n"]
    assert api.get(f"{URL}{training.pk}/", {"after": last}).json()["points"] == []

    detector = Detector.objects.get(pk=shown["detector"])
    assert (detector.name, detector.kind) == ("Squares 1", "dfine")
    assert detector.state == DetectorState.CANDIDATE
    assert detector.classes == ["square"]
    assert "Squares, version 1" in detector.origin
    assert shown["metrics"]["AP"] == pytest.approx(detector.metrics["AP"])
    # What it was made of is told by the model's own files; the workshop is swept.
    assert not training_folder(training.folder).exists()
    assert api.post(f"{URL}{training.pk}/resume/").json()["code"] == "training_ended"
    # A second training may not take the name.
    refused = api.post(URL, wish(version), format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "detector_name_taken")


def test_bad_data_ends_with_its_sentence_and_no_detector(
    api: APIClient, version: DatasetVersion
) -> None:
    image_path(version.dataset.folder, "3.png").write_bytes(b"\x89PNG broken")
    training = start(api, version)
    job_run(str(training.job_id))
    shown = api.get(f"{URL}{training.pk}/").json()
    assert (shown["state"], shown["error"]["code"]) == ("failed", "image_corrupt")
    assert "3.png" in shown["error"]["message"]
    assert not Detector.objects.filter(name="Squares 1").exists()
    resumed = api.post(f"{URL}{training.pk}/resume/")
    assert (resumed.status_code, resumed.json()["attempt"]) == (202, 2)
    assert Job.objects.filter(kind="training").count() == 1


def test_a_cancelled_training_can_be_deleted_and_an_active_one_not(
    api: APIClient, version: DatasetVersion
) -> None:
    training = start(api, version)
    refused = api.delete(f"{URL}{training.pk}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "training_active")
    assert api.post(f"{URL}{training.pk}/cancel/").json()["state"] == "cancelled"
    assert api.post(f"{URL}{training.pk}/cancel/").json()["code"] == "training_ended"
    assert api.delete(f"{URL}{training.pk}/").status_code == 204
    assert not Job.objects.filter(pk=training.job_id).exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 999}, "invalid"),
        ({"base": 999}, "invalid"),
        ({"image_size": [100, 100]}, "recipe_invalid"),
        ({"epochs": 0}, "invalid"),
        ({"size": "huge"}, "invalid"),
        ({"learning_rate": "nan"}, "invalid"),
        ({"name": " "}, "invalid"),
    ],
)
def test_a_bad_wish_is_refused(
    api: APIClient, version: DatasetVersion, change: dict[str, Any], code: str
) -> None:
    answer = api.post(URL, wish(version) | change, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code), json.dumps(answer.json())
    assert not Training.objects.exists()


def test_a_detector_without_weights_cannot_be_trained_further(
    api: APIClient, version: DatasetVersion
) -> None:
    answer = api.post(URL, wish(version, base=builtin_detectors_ensure().pk), format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "base_not_trainable")


def test_trainings_are_for_engineers(api: APIClient, version: DatasetVersion) -> None:
    training = start(api, version)
    operator = client_of(user_make("operator", Role.OPERATOR))
    assert operator.get(URL).status_code == 403
    assert operator.post(f"{URL}{training.pk}/cancel/").status_code == 403
    assert client_of().get(URL).status_code == 401
