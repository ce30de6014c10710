"""What the labelling page asks for: small copies, neighbours, and what is gone."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.common.errors import NotFound
from apps.datasets.models import Dataset, DatasetImage, TaskKind
from apps.datasets.selectors.datasets import dataset_get, image_get
from apps.datasets.services import prelabelling
from apps.datasets.services.datasets import dataset_delete, dataset_update
from apps.datasets.services.labels import image_delete, image_hold, labels_save
from apps.datasets.services.tasks import task_create
from apps.datasets.storage import image_path, thumbnail_path
from apps.detectors.services.shipped import builtin_detectors_ensure
from apps.jobs.models import Job
from apps.projects.models import Video
from tests.cast import client_of, user_make
from tests.datasets.test_datasets import BOX, body_of, images_of, label, received, zipped
from workers.detect.base import Detections

Ended = Callable[..., dict[str, Any]]


@pytest.fixture
def frames(ended: Ended, video: Video) -> None:
    ended("frames/", {"video": video.pk, "times": [0.5, 1.0, 1.5, 2.0, 2.5]})


def around(api: APIClient, url: str, image: dict[str, Any], **query: Any) -> dict[str, Any]:
    answer = api.get(f"{url}images/{image['id']}/neighbours/", query)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_a_grid_gets_small_copies(
    ended: Ended, api: APIClient, url: str, dataset: Dataset, engineer: User
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (1920, 1080), (200, 10, 10)).save(out, "PNG")
    data = zipped(wide_dot_png=out.getvalue())
    ended("import/", {"file": received(engineer, data), "format": "pictures"})
    [image] = images_of(api, url)
    for _ in range(2):  # made, then found
        small = Image.open(io.BytesIO(body_of(api.get(image["thumbnail_url"]))))
        assert (small.format, small.size) == ("JPEG", (480, 270))
    row = DatasetImage.objects.get(pk=image["id"])
    assert thumbnail_path(dataset.folder, row.file).exists()
    assert api.delete(f"{url}images/{image['id']}/").status_code == 204
    assert api.get(image["thumbnail_url"]).status_code == 404
    assert not thumbnail_path(dataset.folder, row.file).exists()


def test_neighbours_follow_the_order_of_the_list(
    frames: None, api: APIClient, url: str, ended: Ended, engineer: User
) -> None:
    def picture(shade: int) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (64, 48), (shade, 0, 0)).save(out, "PNG")
        return out.getvalue()

    data = zipped(a_dot_png=picture(1), b_dot_png=picture(2))
    ended("import/", {"file": received(engineer, data), "format": "pictures"})
    every = images_of(api, url)
    assert len(every) == 7
    for index, image in enumerate(every):
        found = around(api, url, image)
        assert (found["position"], found["count"]) == (index, 7)
        ids = [one["id"] for one in [*found["before"], image, *found["after"]]]
        assert ids == [one["id"] for one in every]


def test_neighbours_keep_to_the_filter_and_know_what_is_left(
    frames: None, api: APIClient, url: str
) -> None:
    first, second, third, *rest = images_of(api, url)
    label(api, url, first, [BOX])
    label(api, url, third, [BOX])
    found = around(api, url, second, state="labelled")
    assert [[one["id"] for one in found[side]] for side in ("before", "after")] == [
        [first["id"]],
        [third["id"]],
    ]
    assert (found["position"], found["count"]) == (1, 2)
    assert around(api, url, third)["next_to_label"] == rest[0]["id"]
    assert around(api, url, rest[-1])["next_to_label"] == second["id"]  # begins again
    assert api.get(f"{url}images/{first['id']}/neighbours/", {"state": "x"}).status_code == 400


def test_the_picture_that_a_player_shows_is_found(
    frames: None, api: APIClient, url: str, video: Video
) -> None:
    def shown(seconds: float) -> list[int]:
        return [one["frame"] for one in images_of(api, url, video=video.pk, shown_at=seconds)]

    assert (shown(1.0), shown(1.49), shown(9), shown(0.4)) == ([10], [10], [25], [])


def test_gaps_to_the_labelled_neighbours_of_the_video(
    frames: None, api: APIClient, url: str
) -> None:
    first, second, third, fourth, fifth = images_of(api, url)
    label(api, url, first, [BOX])
    label(api, url, third, [], state="skipped")
    label(api, url, fourth, [BOX])
    assert around(api, url, fourth)["gap_before"] == {
        "first": first["id"], "last": fourth["id"], "count": 1,
    }  # fmt: skip
    assert around(api, url, first)["gap_after"]["last"] == fourth["id"]
    assert around(api, url, fourth)["gap_after"] is None
    assert around(api, url, fifth)["gap_before"] == {
        "first": fourth["id"], "last": fifth["id"], "count": 0,
    }  # fmt: skip
    assert around(api, url, second)["gap_after"]["count"] == 0  # the third was skipped


def test_copied_boxes_follow_their_objects_and_change_nothing(
    ended: Ended, api: APIClient, url: str, engineer: User
) -> None:
    def picture(left: int) -> bytes:
        canvas = Image.effect_noise((160, 120), 60).convert("RGB").resize((320, 240))
        canvas.paste(worker, (left, 50))
        out = io.BytesIO()
        canvas.save(out, "PNG")
        return out.getvalue()

    worker = Image.effect_noise((20, 40), 120).convert("RGB").resize((40, 80))
    data = zipped(a_dot_png=picture(100), b_dot_png=picture(121))
    ended("import/", {"file": received(engineer, data), "format": "pictures"})
    first, second = images_of(api, url)
    # Noise is never the same twice: what lay in this box is gone.
    gone = {"label": "vibrator_in", "box": [10, 150, 60, 230]}
    label(api, url, first, [{"label": "worker", "box": [100, 50, 140, 130]}, gone])
    asked = f"{url}images/{second['id']}/followed/"
    moved, stayed = api.get(asked, {"before": first["id"]}).json()
    assert moved["box"] == pytest.approx([121, 50, 161, 130], abs=1)
    assert (moved["label"], moved["is_found"]) == ("worker", True)
    assert stayed == {**gone, "confidence": stayed["confidence"], "is_found": False}
    assert images_of(api, url)[1] == second

    assert api.get(asked, {"before": 10**6}).status_code == 404
    assert api.get(asked).status_code == 400
    operator = client_of(user_make("operator", Role.OPERATOR))
    assert operator.get(asked, {"before": first["id"]}).status_code == 403
    row = DatasetImage.objects.get(pk=first["id"])
    image_path(row.dataset.folder, row.file).unlink()
    assert api.get(asked, {"before": first["id"]}).status_code == 404


def test_names_that_differ_in_case_are_the_same(api: APIClient, url: str, dataset: Dataset) -> None:
    words = {"name": "pOURS", "classes": ["worker"]}
    taken = api.post("/api/v1/datasets/", words, format="json")
    assert (taken.status_code, taken.json()["code"]) == (409, "dataset_name_taken")
    other = api.post("/api/v1/datasets/", {**words, "name": "Straße"}, format="json").json()
    renamed = api.patch(f"/api/v1/datasets/{other['id']}/", {"name": "POURS"}, format="json")
    assert (renamed.status_code, renamed.json()["code"]) == (409, "dataset_name_taken")
    twin = api.post("/api/v1/datasets/", {**words, "name": "STRASSE"}, format="json")
    assert twin.status_code == 409
    assert api.patch(url, {"name": "POURS"}, format="json").json()["name"] == "POURS"
    assert (
        api.post("/api/v1/datasets/", {**words, "name": "Strasse 2"}, format="json").status_code
        == 201
    )


def test_what_was_deleted_a_moment_ago_is_not_found(
    frames: None, dataset: Dataset, engineer: User
) -> None:
    gone = dataset_get(dataset.pk)
    image = image_get(gone, gone.images.values_list("pk", flat=True)[0])
    image_delete(image_get(gone, image.pk))
    with pytest.raises(NotFound):
        image_hold(image, by=engineer)
    with pytest.raises(NotFound):
        labels_save(image, classes=[], revision=0, boxes=[], state="labelled", by=engineer)  # type: ignore[arg-type]
    dataset_delete(dataset_get(dataset.pk))
    with pytest.raises(NotFound):
        dataset_update(gone, name="Other")
    with pytest.raises(NotFound):
        task_create(gone, kind=TaskKind.FRAMES, wishes={}, by=engineer)
    with pytest.raises(NotFound):
        dataset_delete(gone)


def test_a_person_who_saves_while_a_detector_looks_is_right(
    frames: None,
    ended: Ended,
    api: APIClient,
    url: str,
    dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second, third, *_ = images_of(api, url)

    class Slow:
        batch_size = 8

        def detect(self, pictures: list[Any]) -> list[Detections]:
            label(api, url, first, [BOX])
            label(api, url, second, [], state="skipped")
            label(api, url, third, [BOX], state="unlabelled")
            box = np.array([[1, 2, 30, 40]], np.float32)
            # A person is a worker here.
            return [Detections(box, np.array([0.9], np.float32), ("person",))] * len(pictures)

    monkeypatch.setattr(prelabelling, "load_detector", lambda _: Slow())
    detector = builtin_detectors_ensure()
    task = ended("prelabel/", {"detector": detector.name})
    assert (task["state"], task["total"]) == ("completed", 5)
    images = images_of(api, url)[:4]
    assert [(image["state"], image["origin"]) for image in images] == [
        ("labelled", "engineer"),
        ("skipped", "engineer"),
        ("unlabelled", "engineer"),
        ("prelabelled", "hog"),
    ]
    assert [image["boxes"] for image in images[:3]] == [[BOX], [], [BOX]]
    assert images[3]["boxes"] == [{"label": "worker", "box": [1, 2, 30, 40]}]


def test_a_dataset_stays_while_a_training_of_it_goes_on(
    frames: None, api: APIClient, url: str
) -> None:
    for image, split in zip(images_of(api, url), ("train", "val"), strict=False):
        label(api, url, image, [BOX, {"label": "vibrator_in", "box": [60, 10, 90, 90]}])
        DatasetImage.objects.filter(pk=image["id"]).update(split=split)
    version = api.post(f"{url}versions/", {}, format="json").json()
    words = {"name": "Pokers 1", "version": version["id"], "epochs": 1}
    training = api.post("/api/v1/trainings/", words, format="json").json()
    for state in ("queued", "running"):
        Job.objects.filter(training=training["id"]).update(state=state)
        refused = api.delete(url)
        assert (refused.status_code, refused.json()["code"]) == (409, "dataset_in_use")
        assert len(images_of(api, url)) == 5
    Job.objects.filter(training=training["id"]).update(state="cancelled")
    assert api.delete(url).status_code == 204
    resumed = api.post(f"/api/v1/trainings/{training['id']}/resume/")
    assert resumed.json()["code"] == "dataset_gone"


def test_a_task_says_what_it_waits_for(api: APIClient, url: str, video: Video) -> None:
    answer = api.post(f"{url}frames/", {"video": video.pk, "times": [1.0]}, format="json")
    assert answer.json()["waiting_code"] in (None, "no_io_worker", "no_gpu_worker")
