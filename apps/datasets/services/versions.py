"""Versions: what is trained and judged on, written once and never changed."""

import hashlib
import json
import os
from collections import Counter

from django.db import IntegrityError, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.common.errors import Conflict
from apps.datasets.models import Dataset, DatasetVersion, ImageState
from apps.datasets.storage import version_path
from apps.projects.storage import storage_errors
from workers.datasets.coco import to_coco
from workers.datasets.labels import Box, LabelledImage


def version_create(dataset: Dataset, *, note: str, by: User) -> DatasetVersion:
    """Freeze the labelled pictures as they are now."""
    images = labelled_images(dataset)
    if not images:
        raise Conflict("No picture of the dataset is labelled yet.", code="nothing_labelled")
    unknown = {box.label for image in images for box in image.boxes} - set(dataset.classes)
    if unknown:
        message = f"Boxes are labelled {min(unknown)}, which is no class of the dataset."
        raise Conflict(message, code="class_unknown")
    text = json.dumps(to_coco(images, dataset.classes), ensure_ascii=False, separators=(",", ":"))
    data = text.encode()
    splits = Counter(image.split or "train" for image in images)
    to_learn = (image for image in images if (image.split or "train") == "train")
    learned = Counter(box.label for image in to_learn for box in image.boxes)
    try:
        with transaction.atomic():
            latest = dataset.versions.aggregate(latest=Max("number"))["latest"] or 0
            version = DatasetVersion.objects.create(
                dataset=dataset,
                number=latest + 1,
                digest=hashlib.sha256(data).hexdigest(),
                note=note,
                classes=dataset.classes,
                image_count=len(images),
                box_count=sum(len(image.boxes) for image in images),
                splits=dict(splits),
                train_boxes={name: learned[name] for name in dataset.classes},
                created_by=by,
            )
            _write(dataset, version.number, data)
    except IntegrityError:
        raise Conflict(
            "Somebody made a version at the same moment.", code="version_taken"
        ) from None
    return version


def labelled_images(dataset: Dataset) -> list[LabelledImage]:
    rows = dataset.images.filter(state=ImageState.LABELLED).order_by("file")
    return [
        LabelledImage(
            name=row.file,
            width=row.width,
            height=row.height,
            split=row.split,
            boxes=[Box.from_json(entry) for entry in row.boxes],
        )
        for row in rows.iterator(chunk_size=500)
    ]


def _write(dataset: Dataset, number: int, data: bytes) -> None:
    path = version_path(dataset.folder, number)
    with storage_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with open(part, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
