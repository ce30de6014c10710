"""What an import does with pictures that are there already, with splits and with class names."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.datasets.models import Dataset, DatasetImage
from apps.projects.models import Video
from tests.datasets.test_datasets import BOX, images_of, label, received, zip_of

Ended = Callable[..., dict[str, Any]]

MINE = {"label": "worker", "box": [60, 0, 99, 99]}
NOTHING_KEPT = {"kept": 0, "kept_names": []}


def picture(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 100), (shade, 0, 0)).save(out, "PNG")
    return out.getvalue()


def packed(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def files_of(archive: zipfile.ZipFile) -> dict[str, bytes | str]:
    return {name: archive.read(name) for name in archive.namelist()}


def corrected(files: dict[str, bytes | str], form: str, names: list[str]) -> bytes:
    """As another program would: each box of these pictures is now [20, 30, 60, 90]."""
    if form == "yolo":
        for name in names:
            # 160 x 120 pixels
            files[f"labels/{name.removesuffix('.jpg')}.txt"] = "0 0.25 0.5 0.25 0.5\n"
        return packed(files)
    truth = json.loads(files["annotations.json"])
    wanted = {one["id"] for one in truth["images"] if one["file_name"] in names}
    for one in truth["annotations"]:
        if one["image_id"] in wanted:
            one["bbox"] = [20, 30, 40, 60]
    return packed({**files, "annotations.json": json.dumps(truth)})


@pytest.mark.parametrize("form", ["coco", "yolo"])
@pytest.mark.parametrize("version", [None, 1])
def test_labels_corrected_elsewhere_come_back_but_never_over_newer_ones(
    ended: Ended,
    api: APIClient,
    url: str,
    video: Video,
    engineer: User,
    form: str,
    version: int | None,
) -> None:
    ended("frames/", {"video": video.pk, "times": [0.5, 1.0, 1.5]})
    for image in images_of(api, url):
        label(api, url, image, [BOX])
    api.post(f"{url}versions/", {}, format="json")
    query = {"format": form} | ({"version": version} if version else {})
    files = files_of(zip_of(api, f"{url}export/", **query))
    first, second, third = images_of(api, url)
    newer = label(api, url, second, [MINE]).json()

    rows = DatasetImage.objects.in_bulk()
    names = [rows[image["id"]].file for image in (first, second)]
    data = corrected(files, form, names)
    task = ended("import/", {"file": received(engineer, data), "format": form})
    assert task["result"] == {
        "added": 0,
        "updated": 1,
        "unchanged": 1,
        "kept": 1,
        "kept_names": [f"images/{names[1]}"],
    }
    now = images_of(api, url)
    assert now[0]["boxes"] == [{"label": "worker", "box": [20, 30, 60, 90]}]
    assert (now[0]["state"], now[0]["origin"]) == ("labelled", "import")
    assert (now[0]["labelled_by"], now[0]["revision"]) == (None, first["revision"] + 1)
    assert now[1] == newer
    assert now[2] == third


def test_without_an_export_only_what_a_person_drew_is_kept(
    ended: Ended, api: APIClient, url: str, engineer: User
) -> None:
    def sent(files: dict[str, bytes | str], form: str = "yolo") -> dict[str, Any]:
        task = ended("import/", {"file": received(engineer, packed(files)), "format": form})
        assert task["state"] == "completed", task
        return dict(task["result"])

    pictures: dict[str, bytes | str] = {f"{name}.png": picture(ord(name)) for name in "abcd"}
    nothing = {"updated": 0, "unchanged": 0, **NOTHING_KEPT}
    assert sent(pictures, "pictures") == {**nothing, "added": 4}
    assert sent(pictures, "pictures") == {**nothing, "added": 0, "unchanged": 4}
    by_name = {image["source"]: image for image in images_of(api, url)}
    label(api, url, by_name["b.png"], [MINE])
    label(api, url, by_name["c.png"], [], state="skipped")

    labelled = {f"{name}.txt": "0 0.5 0.5 0.5 0.5\n" for name in "abc"}
    files = {**pictures, **labelled, "classes.txt": "worker\n"}
    # d has no labels; a is there twice, with other boxes.
    twin = {"z.png": pictures["a.png"], "z.txt": "0 0.5 0.5 0.1 0.1\n"}
    assert sent({**files, **twin}) == {
        "added": 0,
        "updated": 1,
        "unchanged": 1,
        "kept": 3,
        "kept_names": ["b.png", "c.png", "z.png"],
    }
    now = {image["source"]: image for image in images_of(api, url)}
    assert now["a.png"]["boxes"] == [{"label": "worker", "box": [50, 25, 150, 75]}]
    assert now["b.png"]["boxes"] == [MINE]
    assert (now["c.png"]["state"], now["d.png"]["state"]) == ("skipped", "unlabelled")
    # What an import brought, and nobody touched, another import may correct.
    files["a.txt"] = "0 0.5 0.5 0.2 0.2\n"
    assert sent({name: files[name] for name in ("a.png", "a.txt", "classes.txt")})["updated"] == 1


def test_splits_come_back_with_an_export_of_either_kind(
    ended: Ended, api: APIClient, url: str, video: Video, engineer: User, dataset: Dataset
) -> None:
    ended("frames/", {"video": video.pk, "times": [0.5, 1.0, 1.5]})
    for image, split in zip(images_of(api, url), ("train", "val", "test"), strict=True):
        label(api, url, image, [BOX])
        DatasetImage.objects.filter(pk=image["id"]).update(split=split)
    before = dict(dataset.images.values_list("file", "split"))
    for form in ("yolo", "coco"):
        data = packed(files_of(zip_of(api, f"{url}export/", format=form)))
        dataset.images.all().delete()
        ended("import/", {"file": received(engineer, data), "format": form})
        assert dict(dataset.images.values_list("file", "split")) == before
    # The file keeps them apart, so they are no leak.
    assert "split_leak" not in {one["code"] for one in api.get(f"{url}problems/").json()}


def test_a_list_of_all_pictures_and_a_folder_are_told_apart(
    ended: Ended, api: APIClient, url: str, engineer: User
) -> None:
    files: dict[str, bytes | str] = {
        "set/valid/images/a.png": picture(1),
        "set/valid/labels/a.txt": "",
        "set/b.png": picture(2),
        "set/b.txt": "",
        "set/classes.txt": "worker\n",
        "set/train.txt": "./b.png\nvalid/images/a.png\n",
    }
    ended("import/", {"file": received(engineer, packed(files)), "format": "yolo"})
    splits = {image["source"]: image["split"] for image in images_of(api, url)}
    assert splits == {"a.png": "val", "b.png": ""}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({str(number): f"c{number}" for number in range(11)}, "c2"),
        ({number: f"c{number}" for number in range(11)}, "c2"),
        ([f"c{number}" for number in range(11)], "c2"),
        ({"0": "c0", "2": "c2"}, None),
        ({"first": "c0"}, None),
        ([["c0"] * 11], None),
    ],
)
def test_yolo_names_go_by_their_numbers(
    ended: Ended,
    api: APIClient,
    url: str,
    engineer: User,
    dataset: Dataset,
    names: Any,
    found: str | None,
) -> None:
    dataset.classes = [f"c{number}" for number in range(11)]
    dataset.save()
    files: dict[str, bytes | str] = {
        "a.png": picture(1),
        "a.txt": "2 0.5 0.5 0.5 0.5\n",
        "data.yaml": json.dumps({"names": names}),
    }
    task = ended("import/", {"file": received(engineer, packed(files)), "format": "yolo"})
    if found is None:
        assert (task["state"], task["error"]["code"]) == ("failed", "yolo_invalid")
        assert not dataset.images.exists()
    else:
        [image] = images_of(api, url)
        assert [box["label"] for box in image["boxes"]] == [found]
