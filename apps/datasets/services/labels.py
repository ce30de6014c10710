"""Boxes are drawn here; nobody's work is ever overwritten unseen."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import Conflict, Invalid, NotFound
from apps.datasets.models import Dataset, DatasetImage, ImageState
from apps.datasets.storage import image_path, thumbnail_path
from workers.datasets.interpolation import interpolate
from workers.datasets.labels import Box

HOLD = timedelta(minutes=1)
INTERPOLATED = "interpolated"
IMPORTED = "import"


def labels_save(
    image: DatasetImage,
    *,
    classes: Sequence[str],
    revision: int,
    boxes: Sequence[Box],
    state: ImageState,
    by: User,
) -> DatasetImage:
    """Replace the boxes of a picture that is still at `revision`.

    Boxes are cut at the edges of the picture.
    """
    cut = [box.cut(image.width, image.height) for box in boxes]
    for box in cut:
        if box.label not in classes:
            raise Invalid(f"The dataset has no class {box.label!r}.", code="class_unknown")
        if box.area <= 0.0:
            message = f"A box labelled {box.label} has no area inside the picture."
            raise Invalid(message, code="box_empty")
    now = timezone.now()
    changed = DatasetImage.objects.filter(pk=image.pk, revision=revision).update(
        boxes=[box.to_json() for box in cut],
        state=state,
        origin=by.username,
        revision=revision + 1,
        labelled_by=by,
        labelled_at=now,
        # Who has saved goes on to the next one; who stays says so again.
        held_by=None,
        held_until=None,
    )
    _refresh(image)
    if not changed:
        who = image.labelled_by
        name = who.display_name if who else "Somebody"
        raise Conflict(
            f"{name} has changed this picture meanwhile.",
            code="image_changed",
            fields={"revision": image.revision},
        )
    return image


def image_hold(image: DatasetImage, *, by: User) -> DatasetImage:
    """Say that somebody is at work on the picture; the first one to say so is the one shown."""
    now = timezone.now()
    is_held_by_other = (
        image.held_by_id not in (None, by.pk)
        and image.held_until is not None
        and image.held_until > now
    )
    if not is_held_by_other:
        DatasetImage.objects.filter(pk=image.pk).update(held_by=by, held_until=now + HOLD)
        _refresh(image)
    return image


def _refresh(image: DatasetImage) -> None:
    try:
        image.refresh_from_db()
    except DatasetImage.DoesNotExist:
        raise NotFound("There is no such picture in this dataset.") from None


def image_delete(image: DatasetImage) -> None:
    """Versions keep their picture: the file goes with the dataset, or when no version names it."""
    dataset, file = image.dataset, image.file
    image.delete()
    thumbnail_path(dataset.folder, file).unlink(missing_ok=True)
    if not dataset.versions.exists():
        image_path(dataset.folder, file).unlink(missing_ok=True)


def images_interpolate(dataset: Dataset, first: DatasetImage, last: DatasetImage) -> int:
    """Fill the pictures between two labelled ones of a video; how many were changed."""
    if first.video_id is None or first.video_id != last.video_id:
        raise Invalid("Both pictures must be of one video.", code="interpolation_impossible")
    if first.frame is None or last.frame is None or first.frame >= last.frame:
        raise Invalid(
            "The first picture must come before the last.", code="interpolation_impossible"
        )
    if not all(image.state == ImageState.LABELLED for image in (first, last)):
        raise Invalid("Label the first and the last picture.", code="interpolation_impossible")
    begin = [Box.from_json(entry) for entry in first.boxes]
    end = [Box.from_json(entry) for entry in last.boxes]
    start_s, end_s = first.pts_seconds or 0.0, last.pts_seconds or 0.0
    between = dataset.images.filter(
        video=first.video_id, frame__gt=first.frame, frame__lt=last.frame
    ).exclude(state__in=[ImageState.LABELLED, ImageState.SKIPPED])
    count = 0
    with transaction.atomic():
        for image in between:
            share = ((image.pts_seconds or 0.0) - start_s) / (end_s - start_s)
            boxes = interpolate(begin, end, min(1.0, max(0.0, share)))
            count += prelabel_save(image, boxes, origin=INTERPOLATED)
    return count


def prelabel_save(image: DatasetImage, boxes: Sequence[Box], *, origin: str) -> int:
    """Boxes that a person has yet to look at; 0 when one was faster."""
    cut = [box.cut(image.width, image.height) for box in boxes]
    return DatasetImage.objects.filter(
        pk=image.pk,
        revision=image.revision,
        state__in=[ImageState.UNLABELLED, ImageState.PRELABELLED],
    ).update(
        boxes=[box.to_json() for box in cut if box.area],
        state=ImageState.PRELABELLED,
        origin=origin,
        revision=image.revision + 1,
    )


def labels_replace(image: DatasetImage, boxes: Sequence[Box]) -> bool:
    """Boxes that an import brings for a picture that is there; False when a person was faster."""
    changed = DatasetImage.objects.filter(pk=image.pk, revision=image.revision).update(
        boxes=[box.to_json() for box in boxes],
        state=ImageState.LABELLED,
        origin=IMPORTED,
        revision=image.revision + 1,
        labelled_by=None,
        labelled_at=None,
    )
    return bool(changed)
