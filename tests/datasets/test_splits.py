"""Whole videos and whole days go to one split, also what is added or labelled later."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.datasets.models import Dataset, DatasetImage, ImageState
from apps.datasets.selectors.days import days_of_groups
from apps.datasets.services.splits import split_to_join
from apps.inspection.services.sites import site_save
from apps.projects.models import Project, Video, VideoState
from tests.datasets.test_datasets import BOX, images_of, label

Ended = Callable[..., dict[str, Any]]


def codes_of(api: APIClient, url: str) -> set[str]:
    return {one["code"] for one in api.get(f"{url}problems/").json()}


def test_frames_that_come_later_go_where_their_video_is(
    ended: Ended, api: APIClient, url: str, video: Video, dataset: Dataset
) -> None:
    ended("frames/", {"video": video.pk, "times": [0.5, 1.0]})
    assert {image["split"] for image in images_of(api, url)} == {""}
    dataset.images.update(split="val")
    ended("frames/", {"video": video.pk, "times": [1.5]})
    assert [image["split"] for image in images_of(api, url)] == ["val", "val", "val"]
    assert "split_leak" not in codes_of(api, url)
    # As older versions left it: what has no split trains.
    DatasetImage.objects.filter(frame=15).update(split="")
    [leak] = [one for one in api.get(f"{url}problems/").json() if one["code"] == "split_leak"]
    assert "train, val" in leak["message"]
    dataset.images.update(split="")
    assert "split_leak" not in codes_of(api, url)


def test_a_skipped_picture_goes_with_its_video_and_counts_for_nothing(
    ended: Ended, api: APIClient, url: str, video: Video, dataset: Dataset
) -> None:
    ended("frames/", {"video": video.pk, "times": [0.5, 1.0, 1.5]})
    skipped = label(api, url, images_of(api, url)[1], [], state="skipped").json()
    picture_of(dataset, "other", None)
    counts = api.post(f"{url}split/", {"val_share": 0.5}, format="json").json()
    assert sorted(counts.values()) == [0, 1, 2]
    assert sorted(api.get(f"{url}statistics/").json()["splits"].values()) == [0, 1, 2]
    assert label(api, url, skipped, [BOX]).status_code == 200
    assert "split_leak" not in codes_of(api, url)


def picture_of(
    dataset: Dataset, group: str, day: date | None, video: Video | None = None
) -> DatasetImage:
    number = dataset.images.count()
    return DatasetImage.objects.create(
        dataset=dataset,
        source=group,
        group=group,
        video=video,
        frame=number if video else None,
        day=day,
        file=f"{number}.jpg",
        sha256="",
        width=160,
        height=120,
        state=ImageState.LABELLED,
    )


def splits_of(dataset: Dataset) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for group, split in dataset.images.values_list("group", "split"):
        found.setdefault(group, set()).add(split)
    return found


FIRST, SECOND, THIRD = date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3)


def test_a_day_is_never_divided_nor_is_the_same_content_of_two_days(
    api: APIClient, url: str, dataset: Dataset
) -> None:
    for group, day in (("a", FIRST), ("b", FIRST), ("c", SECOND), ("d", THIRD), ("e", None)):
        picture_of(dataset, group, day)
    # The content of c was sent again a day later.
    picture_of(dataset, "c", THIRD)
    words = {"by": "day", "val_share": 0.3, "test_share": 0.2}
    for seed in range(5):
        counts = api.post(f"{url}split/", {**words, "seed": seed}, format="json").json()
        assert sum(counts.values()) == 6
        assert min(counts.values()) > 0
        splits = splits_of(dataset)
        assert splits["a"] == splits["b"]
        assert {len(names) for names in splits.values()} == {1}
        assert set.union(*splits.values()) == {"train", "val", "test"}
    by_video = api.post(f"{url}split/", {"by": "video", "val_share": 0.8}, format="json").json()
    assert by_video["val"] == 5


def test_a_new_video_joins_its_day_if_that_is_on_one_side(dataset: Dataset) -> None:
    for group, day, split in (("a", FIRST, "val"), ("b", FIRST, "val"), ("c", SECOND, "train")):
        DatasetImage.objects.filter(pk=picture_of(dataset, group, day).pk).update(split=split)
    assert split_to_join(dataset, group="new", day=FIRST) == "val"
    assert split_to_join(dataset, group="new", day=THIRD) == ""
    # Its own video decides before its day does.
    assert split_to_join(dataset, group="c", day=FIRST) == "train"
    dataset.images.filter(group="b").update(split="test")
    assert split_to_join(dataset, group="new", day=FIRST) == ""


@pytest.mark.parametrize("is_known", [True, False])
def test_the_day_on_site_counts_where_it_is_known(
    ended: Ended,
    api: APIClient,
    url: str,
    video: Video,
    dataset: Dataset,
    engineer: User,
    is_known: bool,
) -> None:
    sent = datetime(2026, 5, 3, 9, tzinfo=UTC)
    Video.objects.filter(pk=video.pk).update(created_at=sent)
    project = Project.objects.create(owner=engineer, name="Slab 4")
    later = Video.objects.create(
        project=project, filename="b.mp4", folder="none", size_bytes=1, state=VideoState.READY
    )
    if is_known:
        # The first morning there, while it is still the day before in Greenwich.
        for one, starts_at in ((video, "00:30:00"), (later, "23:00:00")):
            cameras = {str(one.pk): {"starts_at": f"2026-05-02T{starts_at}+08:00"}}
            site_save(project=one.project, by=engineer, based_on=0, site={"cameras": cameras})
    ended("frames/", {"video": video.pk, "times": [0.5]})
    own = dataset.images.get()
    assert own.day == (SECOND if is_known else THIRD)
    # Taken before anybody knew its wall clock, and again as a copy.
    picture_of(dataset, "later", FIRST, later)
    picture_of(dataset, "later", date(2026, 4, 1))
    picture_of(dataset, "unknown", None)
    expected = (SECOND, SECOND) if is_known else (THIRD, date(2026, 4, 1))
    assert days_of_groups(dataset) == {own.group: expected[0], "later": expected[1]}
