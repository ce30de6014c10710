"""Those who look at a training are told what becomes of it."""

from functools import partial

from django.db import transaction

from apps.jobs.models import Job
from apps.live.services import training_event_send
from apps.training.models import Training, TrainingPoint
from apps.training.selectors import trainings_all
from apps.training.serializers import PointSerializer, TrainingSerializer


def training_tell(training_id: int) -> None:
    """Its state, as it is now."""
    training = trainings_all().filter(pk=training_id).first()
    if training is not None:
        training_event_send(training_id, "state", {"training": TrainingSerializer(training).data})


def progress_tell(training: Training, progress: float, point: TrainingPoint | None = None) -> None:
    """How far it is, and a new point of its curves."""
    training_event_send(
        training.pk,
        "progress",
        {
            "training": training.pk,
            "phase": training.phase,
            "progress": progress,
            "epoch": training.epoch,
            "seconds_left": training.seconds_left,
            "points": [dict(PointSerializer(point).data)] if point is not None else [],
        },
    )


def training_ended(job: Job) -> None:
    """Ending."""
    training_id = Training.objects.filter(job=job).values_list("pk", flat=True).first()
    if training_id is not None:
        transaction.on_commit(partial(training_tell, training_id))
