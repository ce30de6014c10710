"""Trainings of detectors, and what they told while they went on."""

from django.conf import settings
from django.db import models


class TrainingPhase(models.TextChoices):
    PREPARING = "preparing"
    TRAINING = "training"
    EVALUATING = "evaluating"
    SAVING = "saving"


class Training(models.Model):
    """One detector in the making. Its job is the latest try, which goes on where the last ended."""

    # What the detector will be called.
    name = models.CharField(max_length=100)
    job = models.OneToOneField("jobs.Job", on_delete=models.PROTECT, related_name="training")
    attempt = models.PositiveSmallIntegerField(default=1)
    version = models.ForeignKey(
        "datasets.DatasetVersion", on_delete=models.SET_NULL, null=True, related_name="trainings"
    )
    # Of the version's COCO file, kept when the dataset goes.
    data_digest = models.CharField(max_length=64)
    base = models.ForeignKey(
        "detectors.Detector", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Kept when the base goes; empty when it begins from scratch.
    base_name = models.CharField(max_length=100, default="", blank=True)
    # What it learns to tell apart: classes of the version.
    classes = models.JSONField(default=list)
    # workers.training.recipe.Recipe
    recipe = models.JSONField()
    # Its own folder below TRAINING_ROOT.
    folder = models.CharField(max_length=64, unique=True)
    phase = models.CharField(
        max_length=16, choices=TrainingPhase.choices, default=TrainingPhase.PREPARING
    )
    epoch = models.PositiveIntegerField(default=0)
    seconds_left = models.FloatField(null=True, blank=True)
    # On the pictures to judge on: of the best epoch so far, in the end of the detector.
    metrics = models.JSONField(null=True, blank=True)
    # What became of it.
    detector = models.ForeignKey(
        "detectors.Detector", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"training of {self.name}"


class PointKind(models.TextChoices):
    STEP = "step"
    EPOCH = "epoch"


class TrainingPoint(models.Model):
    """One point of the curves."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="points")
    # Grows with time; a page asks for those after the last one it has.
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=PointKind.choices)
    # The event as the training told it.
    event = models.JSONField()

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["training", "n"], name="training_point_once")
        ]

    def __str__(self) -> str:
        return f"point {self.n} of {self.training}"
