"""Trainings are asked for, stopped, gone on with and deleted here."""

import math
import shutil
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import transaction

from apps.accounts.models import User
from apps.common.errors import Conflict, Invalid
from apps.datasets.models import DatasetVersion
from apps.datasets.services.datasets import dataset_lock
from apps.detectors.models import Detector
from apps.detectors.services.registry import detector_name_check
from apps.jobs.models import ACTIVE_STATES, JobKind, JobState
from apps.jobs.services import job_cancel, job_create
from apps.live.services import training_deleted
from apps.training.models import Training
from apps.training.storage import trained_model, training_folder
from apps.training.telling import training_tell
from workers.errors import WorkerError
from workers.training.recipe import Recipe

# The kinds that a training can begin with: folders with weights that can be learned further.
TRAINABLE_KINDS = ("dfine",)


@transaction.atomic
def training_start(
    *,
    name: str,
    version: DatasetVersion,
    base: Detector | None,
    classes: list[str] | None = None,
    wishes: dict[str, Any],
    by: User,
) -> Training:
    """Learn these classes of the version, or all of them.

    `wishes` are fields of the recipe; what is left out has its default.
    """
    dataset_lock(version.dataset)
    detector_name_check(name)
    if Training.objects.filter(name=name, job__state__in=ACTIVE_STATES).exists():
        message = f"A training for {name!r} is under way."
        raise Conflict(message, code="detector_name_taken", fields={"name": [message]})
    if base is not None and base.kind not in TRAINABLE_KINDS:
        message = f"{base.name} ({base.kind}) cannot be trained further."
        raise Invalid(message, code="base_not_trainable", fields={"base": [message]})
    learned = _classes_to_learn(version, classes)
    try:
        recipe = Recipe.from_json(wishes)
        recipe = replace(recipe, warm_up_steps=_warm_up_steps(recipe, version))
    except WorkerError as error:
        raise Invalid(error.message, code=error.code) from error
    return Training.objects.create(
        name=name,
        job=job_create(kind=JobKind.TRAINING, created_by=by),
        version=version,
        data_digest=version.digest,
        base=base,
        base_name=base.name if base is not None else "",
        classes=learned,
        recipe=recipe.to_json(),
        folder=uuid4().hex,
        created_by=by,
    )


def _classes_to_learn(version: DatasetVersion, wanted: list[str] | None) -> list[str]:
    """In the order of the version.

    Raises Invalid `class_unknown`, or `class_empty` where there is nothing to learn one from.
    """
    classes: list[str] = version.classes
    if wanted is not None:
        if unknown := [name for name in wanted if name not in classes]:
            message = f"The version has no class {unknown[0]!r}."
            raise Invalid(message, code="class_unknown", fields={"classes": [message]})
        classes = [name for name in classes if name in wanted]
    counts = version.train_boxes
    if counts is not None and (empty := [name for name in classes if not counts.get(name)]):
        message = f"No picture to learn from shows {', '.join(empty)}: label some, or leave it out."
        raise Invalid(message, code="class_empty", fields={"classes": [message]})
    return classes


def _warm_up_steps(recipe: Recipe, version: DatasetVersion) -> int:
    """The usual number, but no more than a tenth of a short training."""
    pictures: int = version.splits.get("train", 0)
    steps = recipe.epochs * math.ceil(pictures / recipe.batch_size)
    return min(recipe.warm_up_steps, steps // 10)


def training_cancel(training: Training) -> Training:
    """Stop it; its last checkpoint stays, so that it can be gone on with."""
    if not job_cancel(training.job):
        raise Conflict("The training has ended already.", code="training_ended")
    training.job.refresh_from_db()
    training_tell(training.pk)
    return training


@transaction.atomic
def training_resume(training: Training, *, by: User) -> Training:
    """Go on from the last checkpoint."""
    locked = Training.objects.select_for_update().select_related("job").get(pk=training.pk)
    if locked.job.state in ACTIVE_STATES:
        raise Conflict("The training is under way.", code="training_active")
    if locked.job.state == JobState.COMPLETED:
        raise Conflict("The training is complete.", code="training_ended")
    training_sources_check(locked)
    old = locked.job
    locked.job = job_create(kind=JobKind.TRAINING, created_by=by)
    locked.attempt += 1
    locked.save(update_fields=["job", "attempt"])
    old.delete()
    transaction.on_commit(partial(training_tell, locked.pk))
    return locked


def training_sources_check(training: Training) -> None:
    """Refuse to train with what is gone; a model that is ready needs none of it.

    Raises Conflict `dataset_gone` or `base_gone`.
    """
    if trained_model(training.folder).is_dir():
        return
    if training.version is None:
        raise Conflict("The dataset of the training was deleted.", code="dataset_gone")
    if training.base is None and training.base_name:
        raise Conflict(
            f"{training.base_name}, which the training begins with, was deleted: start a new one.",
            code="base_gone",
        )


@transaction.atomic
def training_delete(training: Training) -> None:
    """With its checkpoint; the detector that came of it stays."""
    locked = Training.objects.select_for_update().select_related("job").get(pk=training.pk)
    if locked.job.state in ACTIVE_STATES:
        raise Conflict("Cancel the training first.", code="training_active")
    id, job, folder = locked.pk, locked.job, locked.folder
    locked.delete()
    job.delete()
    transaction.on_commit(partial(training_deleted, id))
    transaction.on_commit(partial(shutil.rmtree, training_folder(folder), ignore_errors=True))
