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
from apps.detectors.services import registry
from apps.detectors.services.registry import detector_name_free
from apps.detectors.services.shipped import builtin_detectors_ensure
from apps.detectors.storage import detector_path
from apps.jobs.control import JobControl
from apps.jobs.models import Job, JobState
from apps.jobs.running import job_run
from apps.training.models import PointKind, Training
from apps.training.running import training_run
from apps.training.storage import trained_model, training_folder
from tests.cast import client_of, user_make
from tests.workers.dfine_models import save_tiny_dfine
from workers.errors import DetectorError

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


def test_a_training_that_is_killed_in_an_epoch_goes_on_when_its_job_comes_again(
    api: APIClient, version: DatasetVersion
) -> None:
    training = start(api, version, epochs=3)
    epochs = training.points.filter(kind=PointKind.EPOCH)

    class WorkerLost(BaseException):
        """Takes the child with it, by SIGKILL."""

    class Doomed(JobControl):
        def check(self) -> None:
            if epochs.exists():
                raise WorkerLost

    with pytest.raises(WorkerLost):
        training_run(training.job, Doomed())
    assert (training_folder(training.folder) / "checkpoint").is_dir()
    before = epochs.count()
    job_run(str(training.job_id))
    shown = api.get(f"{URL}{training.pk}/").json()
    assert shown["state"] == "completed", shown["error"]
    done = [point["epoch"] for point in shown["points"] if point["kind"] == "epoch"]
    # What was done is not done again. What the child told last, nobody was there to hear.
    assert done == sorted(set(done))
    assert 1 <= before < len(done)
    assert (done[0], done[-1]) == (1, 3)


def test_of_two_trainings_under_way_each_has_its_own_name(
    api: APIClient, version: DatasetVersion
) -> None:
    first = start(api, version)
    refused = api.post(URL, wish(version), format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "detector_name_taken")
    assert api.post(f"{URL}{first.pk}/cancel/").status_code == 202
    start(api, version)


def trained(training: Training) -> Training:
    """With its model ready, as the child process leaves it."""
    save_tiny_dfine(trained_model(training.folder), origin="Squares, version 1")
    return training


def test_a_model_whose_name_was_taken_meanwhile_gets_a_free_one(
    api: APIClient, version: DatasetVersion
) -> None:
    training = trained(start(api, version))
    for name in ("Squares 1", "Squares 1 2"):
        Detector.objects.create(name=name, kind="onnx", digest="")
    job_run(str(training.job_id))
    shown = api.get(f"{URL}{training.pk}/").json()
    assert (shown["state"], shown["name"]) == ("completed", "Squares 1 3"), shown["error"]
    detector = Detector.objects.get(pk=shown["detector"])
    assert (detector.name, detector.origin) == ("Squares 1 3", "Squares, version 1")
    assert (detector_path(detector.file) / "model.safetensors").is_file()
    assert detector_name_free("x" * 100) == "x" * 100
    detector.name = "x" * 100
    detector.save()
    assert detector_name_free("x" * 100) == "x" * 98 + " 2"


def test_a_job_that_is_done_twice_makes_one_detector(
    api: APIClient, version: DatasetVersion
) -> None:
    """As when the worker is killed after the registering and before the end of the job."""
    training = trained(start(api, version))
    training_run(training.job, JobControl())
    made = Detector.objects.get(name="Squares 1")
    job_run(str(training.job_id))
    shown = api.get(f"{URL}{training.pk}/").json()
    assert (shown["state"], shown["detector"]) == ("completed", made.pk)
    assert Detector.objects.filter(kind="dfine").count() == 1
    assert not training_folder(training.folder).exists()


def test_a_model_that_could_not_be_registered_waits_for_the_next_try(
    api: APIClient, version: DatasetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = trained(start(api, version))

    def refuse(*_: Any, **__: Any) -> None:
        raise DetectorError("detector_failed", "The GPU is on fire.")

    with monkeypatch.context() as patched:
        patched.setattr(registry, "model_try", refuse)
        job_run(str(training.job_id))
    assert api.get(f"{URL}{training.pk}/").json()["error"]["code"] == "detector_failed"
    # It needs nothing but itself.
    DatasetVersion.objects.all().delete()
    assert api.post(f"{URL}{training.pk}/resume/").status_code == 202
    training.refresh_from_db()
    job_run(str(training.job_id))
    assert api.get(f"{URL}{training.pk}/").json()["state"] == "completed"


def test_a_base_that_was_deleted_ends_the_training_by_name(
    api: APIClient, version: DatasetVersion
) -> None:
    base = Detector.objects.create(name="Base", kind="dfine", file="base.dfine", digest="")
    training = start(api, version, base=base.pk)
    assert api.delete(f"/api/v1/detectors/{base.pk}/").status_code == 204
    job_run(str(training.job_id))
    shown = api.get(f"{URL}{training.pk}/").json()
    assert (shown["base"], shown["base_name"]) == (None, "Base")
    assert (shown["state"], shown["error"]["code"]) == ("failed", "base_gone")
    assert "Base" in shown["error"]["message"]
    assert api.post(f"{URL}{training.pk}/resume/").json()["code"] == "base_gone"


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


def test_only_classes_that_something_is_learned_of_are_learned(
    api: APIClient, version: DatasetVersion, engineer: User
) -> None:
    dataset = version.dataset
    dataset.classes = ["circle", "square", "dot"]
    dataset.save()
    judged = dataset.images.filter(split="val").first()
    assert judged is not None
    judged.boxes.append({"label": "circle", "box": [1, 1, 9, 9]})
    judged.save()
    version = version_create(dataset, note="", by=engineer)
    # There is a circle, but not to learn from.
    assert version.train_boxes == {"circle": 0, "square": 6, "dot": 0}
    refused = api.post(URL, wish(version), format="json").json()
    assert (refused["code"], list(refused["fields"])) == ("class_empty", ["classes"])
    assert "circle, dot" in refused["message"]
    refused = api.post(URL, wish(version, classes=["square", "star"]), format="json").json()
    assert (refused["code"], "star" in refused["message"]) == ("class_unknown", True)
    training = start(api, version, classes=["square"], epochs=1)
    job_run(str(training.job_id))
    shown = api.get(f"{URL}{training.pk}/").json()
    assert (shown["state"], shown["classes"]) == ("completed", ["square"])
    assert Detector.objects.get(pk=shown["detector"]).classes == ["square"]


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
