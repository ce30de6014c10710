"""Datasets with their numbers, and what one may do with them."""

import json

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import Invalid, NotFound
from apps.datasets.models import Dataset, DatasetImage, DatasetTask, DatasetVersion, ImageState

# Rounding of a time that a page or a program gives back.
TIME_SLACK_SECONDS = 1e-6


def datasets_all() -> QuerySet[Dataset]:
    """Every dataset, with `image_count`, `labelled_count` and `latest_version`."""
    images = DatasetImage.objects.filter(dataset=OuterRef("pk")).order_by().values("dataset")
    labelled = images.filter(state=ImageState.LABELLED)
    versions = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by().values("dataset")
    return Dataset.objects.select_related("created_by").annotate(
        image_count=Subquery(images.annotate(count=Count("pk")).values("count")),
        labelled_count=Subquery(labelled.annotate(count=Count("pk")).values("count")),
        latest_version=Subquery(versions.annotate(number_max=Max("number")).values("number_max")),
    )


def dataset_get(id: int) -> Dataset:
    dataset = datasets_all().filter(pk=id).first()
    if dataset is None:
        raise NotFound("There is no such dataset.")
    return dataset


def image_get(dataset: Dataset, id: int) -> DatasetImage:
    image = images_of(dataset).filter(pk=id).first()
    if image is None:
        raise NotFound("There is no such picture in this dataset.")
    return image


def images_of(dataset: Dataset) -> QuerySet[DatasetImage]:
    return dataset.images.select_related("labelled_by", "held_by")


def versions_all() -> QuerySet[DatasetVersion]:
    return DatasetVersion.objects.select_related("dataset", "created_by")


def version_get(dataset: Dataset, number: int) -> DatasetVersion:
    version = versions_all().filter(dataset=dataset, number=number).first()
    if version is None:
        raise NotFound("The dataset has no such version.")
    return version


def version_find(id: int) -> DatasetVersion:
    """A version of any dataset. Raises Invalid: it is named in what somebody asks for."""
    version = versions_all().filter(pk=id).first()
    if version is None:
        message = "There is no such version of a dataset."
        raise Invalid(message, fields={"version": [message]})
    return version


def tasks_of(dataset: Dataset) -> QuerySet[DatasetTask]:
    return dataset.tasks.select_related("job")


def images_to_label(dataset: Dataset) -> QuerySet[DatasetImage]:
    """Those that nobody has looked at."""
    return dataset.images.filter(Q(state=ImageState.UNLABELLED) | Q(state=ImageState.PRELABELLED))


def holder_of(image: DatasetImage) -> User | None:
    """Who is believed to be at work on the picture."""
    if image.held_until is None or image.held_until < timezone.now():
        return None
    return image.held_by


def images_page_of(
    dataset: Dataset,
    *,
    state: str | None = None,
    split: str | None = None,
    video: int | None = None,
    label: str | None = None,
    shown_at: float | None = None,
) -> QuerySet[DatasetImage]:
    """The pictures that fit: with a box of a label; the last one until a time."""
    images = images_of(dataset)
    for name, value in (("state", state), ("split", split), ("video", video)):
        if value is not None:
            images = images.filter(**{name: value})
    if label is not None:
        # What JSON has for it; a part of a longer name or text does not match the quotes.
        images = images.filter(boxes__icontains=json.dumps(label))
    if shown_at is not None:
        until = images.filter(pts_seconds__lte=shown_at + TIME_SLACK_SECONDS)
        # Looked up first: MariaDB knows no limit in a subquery.
        images = images.filter(
            pk__in=list(until.order_by("-pts_seconds").values_list("pk", flat=True)[:1])
        )
    return images
