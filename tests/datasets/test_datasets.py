"""Datasets: frames come in, boxes are drawn by several people, versions are frozen, zips travel."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone
from PIL import Image
from pycocotools.coco import COCO
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.analysis.models import FrameResult, Run, Segment
from apps.datasets.models import Dataset, DatasetImage
from apps.datasets.storage import image_path, version_path
from apps.detectors.models import ReceivedFile
from apps.detectors.services.shipped import builtin_detectors_ensure
from apps.detectors.storage import received_path
from apps.jobs.models import JobKind
from apps.jobs.services import job_create
from apps.projects.models import Video
from tests.cast import client_of, user_make
from tests.media import number_in

Ended = Callable[..., dict[str, Any]]

BOX = {"label": "worker", "box": [10, 20, 50, 100]}


def images_of(api: APIClient, url: str, **query: Any) -> list[dict[str, Any]]:
    answer = api.get(f"{url}images/", query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def label(api: APIClient, url: str, image: dict[str, Any], boxes: list[Any], **more: Any) -> Any:
    words = {"revision": image["revision"], "boxes": boxes, **more}
    return api.put(f"{url}images/{image['id']}/labels/", words, format="json")


@pytest.fixture
def frames(ended: Ended, video: Video) -> None:
    task = ended("frames/", {"video": video.pk, "times": [0.5, 1.0, 1.52, 2.0]})
    assert (task["state"], task["done"], task["total"]) == ("completed", 4, 4)


def test_the_very_frames_come_in_and_none_twice(
    frames: None, ended: Ended, api: APIClient, url: str, video: Video
) -> None:
    images = images_of(api, url)
    assert [image["frame"] for image in images] == [5, 10, 15, 20]
    for image in images:
        data = body_of(api.get(image["file_url"]))
        picture = np.asarray(Image.open(io.BytesIO(data)))
        assert number_in(picture) == image["frame"]
        assert (image["state"], image["width"], image["height"]) == ("unlabelled", 160, 120)
    task = ended("frames/", {"video": video.pk, "every_seconds": 1.0})
    assert (task["state"], task["total"]) == ("completed", 1)  # 0 s; 1 s and 2 s are there
    assert [image["frame"] for image in images_of(api, url)] == [0, 5, 10, 15, 20]


def test_nobody_overwrites_what_another_drew(frames: None, api: APIClient, url: str) -> None:
    other = client_of(user_make("second", Role.ENGINEER))
    [image, *_] = images_of(other, url)
    held = api.post(f"{url}images/{image['id']}/hold/").json()
    assert held["held_by"]["username"] == "engineer"
    assert other.post(f"{url}images/{image['id']}/hold/").json()["held_by"] == held["held_by"]

    saved = label(api, url, image, [BOX])
    assert saved.status_code == 200
    assert saved.json()["labelled_by"]["username"] == "engineer"
    assert saved.json()["held_by"] is None
    refused = label(other, url, image, [])
    assert (refused.status_code, refused.json()["code"]) == (409, "image_changed")
    assert refused.json()["fields"] == {"revision": saved.json()["revision"]}
    assert label(other, url, saved.json(), [], state="skipped").status_code == 200


@pytest.mark.parametrize(
    ("boxes", "code"),
    [
        ([{"label": "shovel", "box": [1, 1, 9, 9]}], "class_unknown"),
        ([{"label": "worker", "box": [200, 10, 300, 40]}], "box_empty"),
        ([{"label": "worker", "box": [9, 9, 1, 1]}], "box_empty"),
        ([{"label": "worker", "box": [1, 1, 1.004, 9]}], "box_empty"),  # 0 px wide when kept
        ([{"label": "worker", "box": [1, 2, 3]}], "invalid"),
        ([{"label": "worker", "box": [1, 2, 3, "nan"]}], "invalid"),
        ("no list", "invalid"),
    ],
)
def test_a_bad_box_is_refused_and_changes_nothing(
    frames: None, api: APIClient, url: str, boxes: Any, code: str
) -> None:
    [image, *_] = images_of(api, url)
    answer = label(api, url, image, boxes)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert images_of(api, url)[0] == image


def test_boxes_are_cut_at_the_edges(frames: None, api: APIClient, url: str) -> None:
    [image, *_] = images_of(api, url)
    saved = label(api, url, image, [{"label": "worker", "box": [-5, 100, 170, 130.123]}])
    assert saved.json()["boxes"] == [{"label": "worker", "box": [0, 100, 160, 120]}]


def test_pictures_in_between_are_filled_but_never_those_of_a_person(
    frames: None, api: APIClient, url: str
) -> None:
    first, second, _, last = images_of(api, url)
    label(api, url, first, [{"label": "worker", "box": [0, 0, 40, 40]}])
    label(api, url, second, [])
    label(api, url, last, [{"label": "worker", "box": [30, 0, 70, 40]}])
    words = {"first": first["id"], "last": last["id"]}
    assert api.post(f"{url}interpolate/", words, format="json").json() == {"changed": 1}
    filled = images_of(api, url)
    # 1.5 s of the way from 0.5 s to 2 s: two thirds.
    assert filled[2]["boxes"] == [{"label": "worker", "box": [20, 0, 60, 40]}]
    assert (filled[2]["state"], filled[1]["boxes"]) == ("prelabelled", [])
    turned = {"first": last["id"], "last": first["id"]}
    refused = api.post(f"{url}interpolate/", turned, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "interpolation_impossible")


def test_a_version_is_what_was_labelled_then(frames: None, api: APIClient, url: str) -> None:
    refused = api.post(f"{url}versions/", {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_labelled")
    first, second, *_ = images_of(api, url)
    label(api, url, first, [BOX])
    label(api, url, second, [])
    version = api.post(f"{url}versions/", {"note": "first"}, format="json").json()
    assert (version["number"], version["image_count"], version["box_count"]) == (1, 2, 1)
    assert version["train_boxes"] == {"worker": 1, "vibrator_in": 0}
    label(api, url, images_of(api, url)[0], [BOX, {"label": "worker", "box": [60, 0, 99, 99]}])
    assert api.delete(f"{url}images/{second['id']}/").status_code == 204

    archive = zip_of(api, f"{url}export/", version=1)
    truth = json.loads(archive.read("annotations.json"))
    assert [annotation["bbox"] for annotation in truth["annotations"]] == [[10, 20, 40, 80]]
    assert {f"images/{image['file_name']}" for image in truth["images"]} <= set(archive.namelist())
    assert len(zip_of(api, f"{url}export/").namelist()) == 3  # labels, digests, one picture
    assert api.get(f"{url}export/", {"version": 9}).status_code == 404


def test_an_export_tells_what_was_lost_before_it_begins(
    frames: None, api: APIClient, url: str, dataset: Dataset
) -> None:
    image = images_of(api, url)[0]
    label(api, url, image, [BOX])
    assert api.post(f"{url}versions/", {}, format="json").status_code == 201
    version_path(dataset.folder, 1).unlink()
    assert api.get(f"{url}export/", {"version": 1}).status_code == 404
    picture = image_path(dataset.folder, DatasetImage.objects.get(pk=image["id"]).file)
    assert zip_of(api, f"{url}export/").read(f"images/{picture.name}") == picture.read_bytes()
    picture.unlink()
    refused = api.get(f"{url}export/")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def zip_of(api: APIClient, url: str, **query: Any) -> zipfile.ZipFile:
    answer: Any = api.get(url, query)
    assert answer.status_code == 200, answer.content
    return zipfile.ZipFile(io.BytesIO(body_of(answer)))


def body_of(answer: Any) -> bytes:
    async def collect() -> bytes:
        return b"".join([piece async for piece in answer])

    return async_to_sync(collect)()


@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_an_export_comes_back_as_an_import(
    frames: None, ended: Ended, api: APIClient, url: str, engineer: User, tmp_path: Path, form: str
) -> None:
    first, second, *_ = images_of(api, url)
    label(api, url, first, [BOX])
    label(api, url, second, [])
    archive = zip_of(api, f"{url}export/", format=form)
    if form == "coco":
        (tmp_path / "a.json").write_bytes(archive.read("annotations.json"))
        assert len(COCO(str(tmp_path / "a.json")).getAnnIds()) == 1
    data = archive.fp.getvalue()  # type: ignore[union-attr]
    assert api.delete(f"{url}images/{first['id']}/").status_code == 204
    assert api.delete(f"{url}images/{second['id']}/").status_code == 204

    task = ended("import/", {"file": received(engineer, data), "format": form})
    assert (task["state"], task["done"]) == ("completed", 2)
    back = images_of(api, url, state="labelled")
    assert sorted(len(image["boxes"]) for image in back) == [0, 1]
    [box] = [box for image in back for box in image["boxes"]]
    assert box["label"] == "worker"
    assert box["box"] == pytest.approx(BOX["box"], abs=0.02)


def received(owner: User, data: bytes) -> str:
    """A file as the API would have received it."""
    row = ReceivedFile.objects.create(
        owner=owner,
        filename="a.zip",
        size_bytes=len(data),
        sha256="",
        expires_at=timezone.now() + timedelta(hours=1),
    )
    path = received_path(row.pk)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return str(row.pk)


def picture(size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (90, 120, 10)).save(out, "PNG")
    return out.getvalue()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return out.getvalue()


COCO_EMPTY: dict[str, Any] = {
    "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
    "annotations": [],
    "categories": [{"id": 1, "name": "shovel"}],
}
SHOVEL = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 9, 9]}


def coco_text(**changes: Any) -> bytes:
    return json.dumps(COCO_EMPTY | changes).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no zip", "archive_unreadable"),
        (zipped(note_dot_txt=b"hello"), "no_pictures"),
        (zipped(a_dot_png=picture()[:60], a_dot_json=coco_text()), "image_not_decodable"),
        (zipped(a_dot_png=picture()), "coco_invalid"),
        (zipped(a_dot_png=picture((9, 9)), a_dot_json=coco_text()), "coco_invalid"),
        (zipped(a_dot_png=picture(), a_dot_json=coco_text(annotations=[SHOVEL])), "class_unknown"),
        (zipped(a_dot_png=picture(), a_dot_json=b"[" * 5000), "coco_invalid"),
    ],
)
def test_a_bad_archive_is_refused_with_its_reason_and_leaves_nothing(
    ended: Ended, dataset: Dataset, engineer: User, data: bytes, code: str
) -> None:
    task = ended("import/", {"file": received(engineer, data), "format": "coco"})
    assert (task["state"], task["error"]["code"]) == ("failed", code)
    assert not dataset.images.exists()


def test_somebody_elses_file_cannot_be_imported(api: APIClient, url: str, dataset: Dataset) -> None:
    other = user_make("other", Role.ENGINEER)
    words = {"file": received(other, zipped(a_dot_png=picture())), "format": "pictures"}
    answer = api.post(f"{url}import/", words, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "file_not_found")


def run_of(video: Video) -> Run:
    """A run that found somebody, more surely from frame to frame."""
    run = Run.objects.create(
        job=job_create(kind=JobKind.ANALYSIS, project=video.project),
        project=video.project,
        detector=builtin_detectors_ensure(),
        detector_digest="d",
        score_threshold=0.3,
        nms_iou=0.5,
        code_version="1",
        frames_total=10,
        segments_total=1,
    )
    segment = Segment.objects.create(
        run=run, video=video, number=0, first_frame=0, end_frame=10, start_seconds=0.0,
        end_seconds=1.0, frames_total=10, content_key="k",
    )  # fmt: skip
    FrameResult.objects.bulk_create(
        FrameResult(
            run=run, segment=segment, video=video, segment_number=0, frame=number,
            pts_seconds=number / 10, width=160, height=120, boxes=[[10, 10, 50, 90]],
            scores=[number / 10], labels=["worker"], pdq=bytes([255 * (number == 7)] * 32),
        )
        for number in range(10)
    )  # fmt: skip
    return run


def test_frames_of_a_run_differ_and_bring_their_boxes(
    ended: Ended, api: APIClient, url: str, video: Video
) -> None:
    wish = {"run": run_of(video).pk, "labels": ["worker"], "min_score": 0.3, "count": 2}
    task = ended("frames/", {**wish, "prelabel": True})
    assert task["state"] == "completed", task
    images = images_of(api, url)
    # The first that is sure enough, and the one that looks different.
    assert [image["frame"] for image in images] == [3, 7]
    assert images[0]["boxes"] == [{"label": "worker", "box": [10, 10, 50, 90]}]
    assert {image["state"] for image in images} == {"prelabelled"}


def test_a_detector_draws_only_where_nobody_has(
    frames: None, ended: Ended, api: APIClient, url: str, dataset: Dataset
) -> None:
    hog = builtin_detectors_ensure()
    words = {"detector": hog.name}
    dataset.classes = ["vibrator_in"]
    dataset.save()
    refused = api.post(f"{url}prelabel/", words, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_common_class")
    dataset.classes = ["worker"]
    dataset.save()
    first, *_ = images_of(api, url)
    label(api, url, first, [BOX])
    task = ended("prelabel/", words)
    assert (task["state"], task["total"]) == ("completed", 3)
    states = [image["state"] for image in images_of(api, url)]
    assert states == ["labelled", "prelabelled", "prelabelled", "prelabelled"]
    assert images_of(api, url)[0]["boxes"] == [BOX]


def test_numbers_problems_and_splits(frames: None, api: APIClient, url: str) -> None:
    first, *_ = images_of(api, url)
    label(api, url, first, [BOX, {"label": "worker", "box": [0, 0, 2, 50]}])
    numbers = api.get(f"{url}statistics/").json()
    [worker, vibrator] = numbers["classes"]
    assert (worker["boxes"], worker["small"], worker["medium"]) == (2, 1, 1)
    assert vibrator["images"] == 0
    assert numbers["states"]["labelled"] == 1
    assert [source["images"] for source in numbers["sources"]] == [4]
    problems = [(one["code"], one["subject"]) for one in api.get(f"{url}problems/").json()]
    assert problems == [("box_tiny", "worker"), ("class_empty", "vibrator_in")]
    # One video cannot be divided.
    split = api.post(f"{url}split/", {"val_share": 0.5}, format="json")
    assert split.json() == {"train": 4, "val": 0, "test": 0}
    assert "split_empty" in {problem["code"] for problem in api.get(f"{url}problems/").json()}
    DatasetImage.objects.filter(pk=first["id"]).update(split="val")
    assert "split_leak" in {problem["code"] for problem in api.get(f"{url}problems/").json()}


def test_datasets_are_for_engineers_and_frames_for_those_who_see_the_project(
    api: APIClient, url: str, video: Video
) -> None:
    operator = client_of(user_make("operator", Role.OPERATOR))
    assert operator.get("/api/v1/datasets/").status_code == 403
    assert operator.get(f"{url}images/").status_code == 403
    assert client_of().get("/api/v1/datasets/").status_code == 401
    stranger = client_of(user_make("stranger", Role.ENGINEER))
    words = {"video": video.pk, "times": [1.0]}
    assert stranger.post(f"{url}frames/", words, format="json").status_code == 404
    assert stranger.get("/api/v1/datasets/999/").status_code == 404


def test_a_dataset_keeps_its_name_and_the_classes_in_use(
    frames: None, api: APIClient, url: str
) -> None:
    first, *_ = images_of(api, url)
    label(api, url, first, [BOX])
    refused = api.patch(url, {"classes": ["vibrator_in"]}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "class_in_use")
    assert api.patch(url, {"classes": ["worker"]}, format="json").json()["classes"] == ["worker"]
    taken = api.post("/api/v1/datasets/", {"name": "Pours", "classes": ["a"]}, format="json")
    assert (taken.status_code, taken.json()["code"]) == (409, "dataset_name_taken")
    twice = api.post("/api/v1/datasets/", {"name": "B", "classes": ["a", "a"]}, format="json")
    assert (twice.status_code, twice.json()["code"]) == (400, "classes_invalid")
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
