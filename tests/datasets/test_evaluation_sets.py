"""Evaluation sets that are made out of versions of datasets."""

import io
import json
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from PIL import Image
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.datasets.models import Dataset, DatasetImage, DatasetVersion, ImageState
from apps.datasets.services.datasets import dataset_delete
from apps.datasets.services.versions import version_create
from apps.datasets.storage import image_path
from apps.detectors.models import EvaluationSet
from apps.jobs.running import job_run

URL = "/api/v1/detectors/sets/"
SPLITS = ("train", "", "val", "test", "test")


@pytest.fixture
def version(dataset: Dataset, engineer: User) -> Iterator[DatasetVersion]:
    """Five pictures with a worker each; the one without a split trains."""
    for number, split in enumerate(SPLITS):
        picture = image_path(dataset.folder, f"{number}.png")
        picture.parent.mkdir(parents=True, exist_ok=True)
        out = io.BytesIO()
        Image.new("RGB", (64, 48), (40 * number, 0, 0)).save(out, "PNG")
        picture.write_bytes(out.getvalue())
        DatasetImage.objects.create(
            dataset=dataset,
            source=picture.name,
            group=str(number),
            file=picture.name,
            sha256="",
            width=64,
            height=48,
            state=ImageState.LABELLED,
            split=split,
            boxes=[{"label": "worker", "box": [4.0, 4.0, 20.0 + number, 40.0]}],
        )
    yield version_create(dataset, note="", by=engineer)
    shutil.rmtree(settings.EVALUATION_ROOT, ignore_errors=True)


def wish(version: DatasetVersion, **more: object) -> dict[str, object]:
    return {"name": "Kept apart", "purpose": "vibration", "version": version.pk, **more}


@pytest.mark.parametrize(("split", "images"), [(None, 2), ("train", 2), ("val", 1), ("all", 5)])
def test_a_set_has_the_pictures_of_one_split(
    api: APIClient, version: DatasetVersion, split: str | None, images: int
) -> None:
    more = {} if split is None else {"split": split}
    answer = api.post(URL, wish(version, **more), format="json")
    assert answer.status_code == 202, answer.content
    found = EvaluationSet.objects.get(pk=answer.json()["id"])
    job_run(str(found.job_id))
    shown = api.get(f"{URL}{found.pk}/").json()
    assert (shown["state"], shown["error"]) == ("completed", None)
    assert (shown["image_count"], shown["classes"]) == (
        images,
        {"vibrator_in": 0, "worker": images},
    )


def test_it_outlives_its_dataset(api: APIClient, version: DatasetVersion) -> None:
    made = api.post(URL, wish(version), format="json").json()
    found = EvaluationSet.objects.get(pk=made["id"])
    dataset_delete(version.dataset)
    job_run(str(found.job_id))
    assert api.get(f"{URL}{found.pk}/").json()["image_count"] == 2
    assert api.get(f"{URL}{found.pk}/picture/", {"image": 1}).status_code == 200


def test_what_cannot_be_made_leaves_nothing(api: APIClient, version: DatasetVersion) -> None:
    DatasetImage.objects.update(split="train")
    newer = api.post(f"/api/v1/datasets/{version.dataset_id}/versions/", {"note": ""}).json()
    for body, code in (
        (wish(version) | {"version": newer["id"]}, "split_empty"),
        (wish(version) | {"version": 999}, "invalid"),
        (wish(version, file="4f6d2c0e-7c53-4a25-9d1c-26a53cf9d1d2"), "invalid"),
        ({"name": "Neither", "purpose": "other"}, "invalid"),
        ({"name": "No version", "purpose": "other", "split": "val"}, "invalid"),
        (wish(version, split="some"), "invalid"),
    ):
        answer = api.post(URL, body, format="json")
        assert (answer.status_code // 100, answer.json()["code"]) == (4, code), body
    image_path(version.dataset.folder, "3.png").unlink()
    assert api.post(URL, wish(version), format="json").status_code == 404
    assert not EvaluationSet.objects.exists()
    assert list(settings.EVALUATION_ROOT.glob("*")) == []


def test_a_taken_name_leaves_no_files(api: APIClient, version: DatasetVersion) -> None:
    assert api.post(URL, wish(version), format="json").status_code == 202
    again = api.post(URL, wish(version), format="json")
    assert (again.status_code, again.json()["code"]) == (409, "set_name_taken")
    assert len(list(settings.EVALUATION_ROOT.iterdir())) == 1
    labels = next(settings.EVALUATION_ROOT.rglob("labels.json"))
    assert len(json.loads(labels.read_text())["images"]) == 2


def test_the_versions_of_all_datasets_are_listed(api: APIClient, version: DatasetVersion) -> None:
    api.post(f"/api/v1/datasets/{version.dataset_id}/versions/", {"note": ""})
    listed = api.get("/api/v1/datasets/versions/").json()["results"]
    assert [(one["dataset"]["name"], one["number"]) for one in listed] == [
        ("Pours", 2),
        ("Pours", 1),
    ]
    assert listed[1]["splits"] == {"train": 2, "val": 1, "test": 2}
