"""What lies before and after a picture, for somebody who labels one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.datasets.models import Dataset, DatasetImage, ImageState
from apps.datasets.selectors.datasets import images_of, images_page_of, images_to_label

AROUND = 6
ORDER = ("group", "frame", "id")


@dataclass(frozen=True, slots=True)
class Gap:
    """Between this picture and a labelled one of its video `count` are unlabelled."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Among the pictures that fit a filter, which the picture itself need not do (any more)."""

    position: int
    count: int
    before: list[DatasetImage]
    after: list[DatasetImage]
    next_to_label: int | None
    gap_before: Gap | None
    gap_after: Gap | None


def image_neighbours(dataset: Dataset, image: DatasetImage, **wanted: Any) -> Neighbours:
    """`wanted` is what `images_page_of` takes."""
    fitting = images_page_of(dataset, **wanted)
    before, after = fitting.filter(_before(image)), fitting.filter(_after(image))
    return Neighbours(
        position=before.count(),
        count=fitting.count(),
        before=list(_nearest_first(before)[:AROUND])[::-1],
        after=list(after.order_by(*ORDER)[:AROUND]),
        next_to_label=_next_to_label(dataset, image),
        gap_before=_gap(dataset, image, is_before=True),
        gap_after=_gap(dataset, image, is_before=False),
    )


def _after(image: DatasetImage) -> Q:
    """As the default order has it, in which a picture without a frame comes first."""
    later = Q(frame__gt=image.frame) if image.frame is not None else Q(frame__isnull=False)
    return Q(group__gt=image.group) | Q(group=image.group) & (
        later | Q(frame=image.frame, pk__gt=image.pk)
    )


def _before(image: DatasetImage) -> Q:
    earlier = Q(group=image.group) & Q(frame=image.frame, pk__lt=image.pk)
    if image.frame is not None:
        earlier |= Q(group=image.group) & (Q(frame__lt=image.frame) | Q(frame__isnull=True))
    return Q(group__lt=image.group) | earlier


def _nearest_first(images: QuerySet[DatasetImage]) -> QuerySet[DatasetImage]:
    return images.order_by(*(f"-{name}" for name in ORDER))


def _next_to_label(dataset: Dataset, image: DatasetImage) -> int | None:
    """The next one that nobody has looked at; after the last one it begins again."""
    others = images_to_label(dataset).exclude(pk=image.pk).order_by(*ORDER)
    return _first(others.filter(_after(image))) or _first(others)


def _gap(dataset: Dataset, image: DatasetImage, *, is_before: bool) -> Gap | None:
    """Between the picture and the nearest labelled one of its video."""
    if image.video_id is None or image.frame is None:
        return None
    of_video = images_of(dataset).filter(video=image.video_id)
    labelled = of_video.filter(state=ImageState.LABELLED)
    if is_before:
        other = labelled.filter(frame__lt=image.frame).order_by("-frame").first()
    else:
        other = labelled.filter(frame__gt=image.frame).order_by("frame").first()
    if other is None:
        return None
    first, last = (other, image) if is_before else (image, other)
    between = of_video.filter(frame__gt=first.frame, frame__lt=last.frame)
    count = between.exclude(state__in=[ImageState.LABELLED, ImageState.SKIPPED]).count()
    return Gap(first.pk, last.pk, count)


def _first(images: QuerySet[DatasetImage]) -> int | None:
    found: Iterable[int] = images.values_list("pk", flat=True)[:1]
    return next(iter(found), None)
