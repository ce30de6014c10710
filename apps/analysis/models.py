"""Runs over the videos of a project, cut into segments, and what each frame showed."""

from django.db import models

from apps.jobs.models import Lease


class Run(models.Model):
    """One analysis with a frozen configuration; its state lives in its job."""

    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="run")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="runs")
    detector = models.ForeignKey("detectors.Detector", on_delete=models.PROTECT, related_name="+")
    detector_digest = models.CharField(max_length=64)
    # The detector's own, frozen: it may be given other ones later.
    label_map = models.JSONField(default=dict)
    # Analysed frames per second of video; empty means every frame.
    fps = models.FloatField(null=True, blank=True)
    score_threshold = models.FloatField()
    nms_iou = models.FloatField()
    code_version = models.CharField(max_length=32)
    retry_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="retries"
    )
    attempt = models.PositiveSmallIntegerField(default=1)
    frames_total = models.PositiveIntegerField()
    segments_total = models.PositiveIntegerField()
    # Sums over the segments that are done, kept in the transaction that ends each of them.
    segments_done = models.PositiveIntegerField(default=0)
    frames_done = models.PositiveIntegerField(default=0)
    label_counts = models.JSONField(default=dict)
    # Of the frames that were computed and not taken from an earlier run.
    frames_computed = models.PositiveIntegerField(default=0)
    compute_seconds = models.FloatField(default=0.0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.project}"

    @property
    def is_whole(self) -> bool:
        """Every segment was analysed, whatever became of the run then."""
        return self.segments_done == self.segments_total


class SegmentState(models.TextChoices):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Segment(Lease):
    """A stretch of a video between key frames: the unit of work, of retry and of loss."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="segments")
    video = models.ForeignKey("projects.Video", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    # Frame numbers of the video, half-open.
    first_frame = models.PositiveIntegerField()
    end_frame = models.PositiveIntegerField()
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    state = models.CharField(
        max_length=16, choices=SegmentState.choices, default=SegmentState.PENDING
    )
    frames_total = models.PositiveIntegerField()
    frames_done = models.PositiveIntegerField(default=0)
    # Of the frames done so far: objects found per label.
    label_counts = models.JSONField(default=dict)
    # Objects and frames in quarter seconds, see timeline.Summary; null until it is done.
    summary = models.JSONField(null=True, blank=True)
    compute_seconds = models.FloatField(default=0.0)
    enqueued_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=64, default="", blank=True)
    error_message = models.CharField(max_length=500, default="", blank=True)
    # Made of video digest, frames, detector, settings and code: equal keys mean equal results.
    content_key = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="segment_once_per_run")
        ]
        indexes = [
            models.Index(fields=["run", "state"], name="segment_run_state"),
            models.Index(fields=["state", "lease_expires_at"], name="segment_state_lease"),
        ]

    def __str__(self) -> str:
        return f"segment {self.number} of run {self.run_id}"


class FrameResult(models.Model):
    """What was found in one analysed frame; also kept when nothing was."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="frame_results")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="frame_results")
    video = models.ForeignKey("projects.Video", on_delete=models.CASCADE, related_name="+")
    # Orders the frames of a run over all its videos: the segment's number, then the frame.
    segment_number = models.PositiveIntegerField()
    frame = models.PositiveIntegerField()
    pts_seconds = models.FloatField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # [[x1, y1, x2, y2], ...] in absolute pixels of the upright picture
    boxes = models.JSONField(default=list)
    scores = models.JSONField(default=list)
    labels = models.JSONField(default=list)
    pdq = models.BinaryField(max_length=32, null=True)
    pdq_quality = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["segment_number", "frame"]
        constraints = [
            models.UniqueConstraint(fields=["run", "video", "frame"], name="frame_once_per_run")
        ]
        indexes = [
            models.Index(fields=["run", "segment_number", "frame"], name="frame_run_order"),
            models.Index(fields=["run", "video", "pts_seconds"], name="frame_run_time"),
        ]

    def __str__(self) -> str:
        return f"frame {self.frame} of run {self.run_id}"
