"""Datasets are made, changed and deleted."""

import hashlib
import unicodedata
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.common.deletion import delete_in_batches
from apps.common.errors import Conflict, Invalid, NotFound
from apps.datasets.models import Dataset
from apps.datasets.storage import dataset_files_remove
from apps.jobs.models import ACTIVE_STATES


def dataset_create(*, name: str, description: str, classes: Sequence[str], by: User) -> Dataset:
    try:
        with transaction.atomic():
            return Dataset.objects.create(
                name=name,
                name_key=_name_key(name),
                description=description,
                classes=_classes_clean(classes),
                folder=uuid4().hex,
                created_by=by,
            )
    except IntegrityError:
        raise _name_taken(name) from None


def dataset_update(
    dataset: Dataset,
    *,
    name: str | None = None,
    description: str | None = None,
    classes: Sequence[str] | None = None,
) -> None:
    """Change what is given. Pictures are read while classes are taken away, not locked."""
    changes: dict[str, Any] = {}
    if name is not None:
        changes |= {"name": name, "name_key": _name_key(name)}
    if description is not None:
        changes["description"] = description
    if classes is not None:
        changes["classes"] = _classes_clean(classes)
        _used_guard(dataset, set(dataset.classes) - set(changes["classes"]))
    if not changes:
        return
    try:
        with transaction.atomic():
            is_there = Dataset.objects.filter(pk=dataset.pk).update(**changes)
    except IntegrityError:
        raise _name_taken(changes["name"]) from None
    if not is_there:
        raise NotFound("There is no such dataset.")


def dataset_delete(dataset: Dataset) -> None:
    """With its pictures and versions; detectors that were trained on it stay."""
    folder = dataset.folder
    with transaction.atomic():
        dataset_lock(dataset)
        if dataset.tasks.filter(job__state__in=ACTIVE_STATES).exists():
            raise Conflict("Work on the dataset is under way.", code="dataset_busy")
        # Of the app above this one, whose trainings read the pictures while they go on.
        if dataset.versions.filter(trainings__job__state__in=ACTIVE_STATES).exists():
            raise Conflict(
                "A training on it is under way: wait for it or cancel it.", code="dataset_in_use"
            )
        delete_in_batches(dataset.images.all())
        dataset.delete()
        transaction.on_commit(partial(dataset_files_remove, folder))


def dataset_lock(dataset: Dataset) -> None:
    """Until the transaction ends nobody deletes it, and nobody asks for work on it."""
    if not Dataset.objects.select_for_update().filter(pk=dataset.pk).exists():
        raise NotFound("There is no such dataset.")


def _name_key(name: str) -> str:
    return hashlib.sha256(unicodedata.normalize("NFKC", name).casefold().encode()).hexdigest()


def _classes_clean(classes: Sequence[str]) -> list[str]:
    names = [name.strip() for name in classes]
    if not names or not all(names):
        raise Invalid("A dataset needs classes, each with a name.", code="classes_invalid")
    if len(set(names)) != len(names):
        raise Invalid("A class is named twice.", code="classes_invalid")
    return names


def _used_guard(dataset: Dataset, gone: set[str]) -> None:
    if not gone:
        return
    for boxes in dataset.images.values_list("boxes", flat=True).iterator(chunk_size=500):
        if used := gone & {box["label"] for box in boxes}:
            name = min(used)
            raise Conflict(f"Boxes are labelled {name}; change them first.", code="class_in_use")


def _name_taken(name: str) -> Conflict:
    return Conflict(f"There is a dataset {name!r} already.", code="dataset_name_taken")
