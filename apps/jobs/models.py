"""One row for every piece of long work, and the lease under which a worker holds it."""

import uuid

from django.conf import settings
from django.db import models


class JobState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


# The one table of moves that are allowed.
MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
    JobState.RUNNING: frozenset(
        {JobState.QUEUED, JobState.COMPLETED, JobState.FAILED, JobState.CANCELLING}
    ),
    JobState.CANCELLING: frozenset({JobState.CANCELLED}),
    JobState.COMPLETED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
ACTIVE_STATES = (JobState.QUEUED, JobState.RUNNING, JobState.CANCELLING)


class JobKind(models.TextChoices):
    ANALYSIS = "analysis"
    VIDEO_CHECK = "video_check"
    VIDEO_PROXY = "video_proxy"
    VIDEO_PURGE = "video_purge"
    PROJECT_PURGE = "project_purge"
    PROJECT_SAMPLE = "project_sample"
    DETECTOR_DOWNLOAD = "detector_download"
    DETECTOR_IMPORT = "detector_import"
    DETECTOR_EXPORT = "detector_export"
    DETECTOR_EVALUATION = "detector_evaluation"
    EVALUATION_SET = "evaluation_set"
    INSPECTION = "inspection"
    CAMERA_MOVEMENT = "camera_movement"
    DATASET_FRAMES = "dataset_frames"
    DATASET_PRELABEL = "dataset_prelabel"
    DATASET_IMPORT = "dataset_import"
    TRAINING = "training"
    FINDING_EVIDENCE = "finding_evidence"
    REPORT = "report"


def job_kinds() -> list[tuple[str, str]]:
    """For the column: a function, so that a new kind needs no migration."""
    return JobKind.choices


class Lease(models.Model):
    """Who works on it and until when; claimed by compare-and-set, renewed while at work."""

    lease_owner = models.CharField(max_length=100, default="", blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class Job(Lease):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32, choices=job_kinds)
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.QUEUED)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, null=True, blank=True, related_name="jobs"
    )
    video = models.ForeignKey(
        "projects.Video", on_delete=models.CASCADE, null=True, blank=True, related_name="jobs"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    progress = models.FloatField(default=0.0)
    error_code = models.CharField(max_length=64, default="", blank=True)
    error_message = models.CharField(max_length=500, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    enqueued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["state", "kind"], name="job_state_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.state}"
