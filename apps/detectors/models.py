"""Detectors: how they come in, what they are, how they were judged, and which one is active."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models


class DetectorState(models.TextChoices):
    CANDIDATE = "candidate"
    ACTIVE = "active"  # the one to use for its purpose
    RETIRED = "retired"  # kept for the results it made


class Purpose(models.TextChoices):
    """What a detector is for: only detectors of one purpose are compared with each other."""

    VIBRATION = "vibration"
    PEOPLE = "people"
    GEAR = "gear"
    OTHER = "other"


class Detector(models.Model):
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=32)
    version = models.CharField(max_length=40, default="", blank=True)
    purpose = models.CharField(max_length=16, choices=Purpose.choices, default=Purpose.OTHER)
    state = models.CharField(
        max_length=16, choices=DetectorState.choices, default=DetectorState.CANDIDATE
    )
    # Its purpose while it is active, else null (which collides with nothing): MySQL has no partial
    # indexes, and two promotions that meet must not both succeed.
    active_for = models.CharField(
        max_length=16, choices=Purpose.choices, null=True, blank=True, unique=True
    )
    # Comes with the program, which finds it by its name.
    is_shipped = models.BooleanField(default=False)
    # The model's own labels in the order of its outputs.
    classes = models.JSONField(default=list)
    # Other names for some of them, as {"person": "worker"}.
    label_map = models.JSONField(default=dict)
    input_width = models.PositiveIntegerField(null=True, blank=True)
    input_height = models.PositiveIntegerField(null=True, blank=True)
    # A file or a folder below DETECTOR_ROOT; empty for a kind that needs no weights.
    file = models.CharField(max_length=255, default="", blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    score_threshold = models.FloatField(default=0.3)
    nms_iou = models.FloatField(default=0.45)
    # What computed it in its trial run.
    backend = models.CharField(max_length=200, default="", blank=True)
    licence = models.CharField(max_length=200, default="", blank=True)
    origin = models.CharField(max_length=500, default="", blank=True)
    # What its makers say of it; what was measured here is in its evaluations.
    metrics = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"

    @property
    def judged_settings(self) -> dict[str, Any]:
        """What decides its figures in an evaluation besides its weights, which never change."""
        return {"label_map": self.label_map, "nms_iou": self.nms_iou}

    @property
    def labels(self) -> list[str]:
        """What its results say, each once, in the order of its classes."""
        return list(dict.fromkeys(self.label_map.get(name, name) for name in self.classes))


class ReceivedFile(models.Model):
    """A file on its way into the registry, in RECEIVED_ROOT under its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.filename


class ImportSource(models.TextChoices):
    FILE = "file"
    ARCHIVE = "archive"
    URL = "url"
    CATALOGUE = "catalogue"


class ImportPhase(models.TextChoices):
    DOWNLOADING = "downloading"
    UNPACKING = "unpacking"
    TRYING = "trying"


class DetectorImport(models.Model):
    """One try to bring a detector in. Its job is first the download, then the trial run."""

    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="detector_import")
    source = models.CharField(max_length=16, choices=ImportSource.choices)
    phase = models.CharField(max_length=16, choices=ImportPhase.choices)
    # The folder of its own below STAGING_ROOT: what is not there any more was never wanted.
    folder = models.CharField(max_length=64, unique=True)
    filename = models.CharField(max_length=255, default="", blank=True)
    # What is to be downloaded: [{"filename", "url", "sha256"}].
    downloads = models.JSONField(default=list)
    bytes_done = models.PositiveBigIntegerField(default=0)
    bytes_total = models.PositiveBigIntegerField(null=True, blank=True)
    # What the detector will be: the fields of the registry that were asked for.
    name = models.CharField(max_length=100)
    wishes = models.JSONField(default=dict)
    detector = models.ForeignKey(
        Detector, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"import of {self.name}"


class DetectorExport(models.Model):
    """The ONNX form of a detector, made by a job; in EXPORT_ROOT under the detector's digest."""

    detector = models.OneToOneField(Detector, on_delete=models.CASCADE, related_name="export")
    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="detector_export")
    file = models.CharField(max_length=255, default="", blank=True)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"ONNX form of {self.detector}"


class EvaluationSet(models.Model):
    """Labelled pictures that never change, in a folder of their own below EVALUATION_ROOT."""

    name = models.CharField(max_length=100, unique=True)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    # Its purpose while it is the one that promotions are decided by; see Detector.active_for.
    gate_for = models.CharField(
        max_length=16, choices=Purpose.choices, null=True, blank=True, unique=True
    )
    folder = models.CharField(max_length=64, unique=True)
    label_map = models.JSONField(default=dict)
    # Empty until its job has checked it.
    digest = models.CharField(max_length=64, default="", blank=True)
    image_count = models.PositiveIntegerField(default=0)
    box_count = models.PositiveIntegerField(default=0)
    # Boxes per label.
    classes = models.JSONField(default=dict)
    job = models.OneToOneField(
        "jobs.Job", on_delete=models.SET_NULL, null=True, related_name="evaluation_set"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Evaluation(models.Model):
    """A detector judged on an evaluation set, as both were then."""

    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="evaluation")
    detector = models.ForeignKey(Detector, on_delete=models.CASCADE, related_name="evaluations")
    evaluation_set = models.ForeignKey(
        EvaluationSet, on_delete=models.CASCADE, related_name="evaluations"
    )
    detector_digest = models.CharField(max_length=64)
    label_map = models.JSONField(default=dict)
    nms_iou = models.FloatField()
    set_digest = models.CharField(max_length=64)
    # AP, AP50, ..., per_class; null until it is done.
    metrics = models.JSONField(null=True, blank=True)
    # workers.evaluation.judgement.Judgement as JSON.
    judgement = models.JSONField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.detector} on {self.evaluation_set}"


class PromotionOutcome(models.TextChoices):
    FIRST = "first"  # nothing was active for this purpose
    PASSED = "passed"
    OVERRIDDEN = "overridden"  # an administrator took it on themselves
    BACK = "back"


class Promotion(models.Model):
    """Who made which detector active, in whose place, and what the comparison said."""

    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    outcome = models.CharField(max_length=16, choices=PromotionOutcome.choices)
    detector = models.ForeignKey(
        Detector, on_delete=models.SET_NULL, null=True, related_name="promotions"
    )
    previous = models.ForeignKey(Detector, on_delete=models.SET_NULL, null=True, related_name="+")
    # What `previous` was judged with: it may be put back only as it was.
    previous_settings = models.JSONField(null=True, blank=True)
    # Names outlive the detectors.
    detector_name = models.CharField(max_length=100)
    previous_name = models.CharField(max_length=100, default="", blank=True)
    comparison = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=1000, default="", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.detector_name} for {self.purpose}: {self.outcome}"
