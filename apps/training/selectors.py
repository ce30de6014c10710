"""Trainings as they are shown."""

from django.db.models import QuerySet

from apps.common.errors import NotFound
from apps.training.models import Training, TrainingPoint

# So many points at a time are more than any page draws.
MOST_POINTS = 5_000


def trainings_all() -> QuerySet[Training]:
    return Training.objects.select_related(
        "job", "version__dataset", "base", "detector", "created_by"
    )


def training_get(id: int) -> Training:
    training = trainings_all().filter(pk=id).first()
    if training is None:
        raise NotFound("There is no such training.")
    return training


def points_after(training: Training, n: int) -> list[TrainingPoint]:
    return list(training.points.filter(n__gt=n)[:MOST_POINTS])
