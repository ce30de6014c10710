"""What is known about a pour, what was computed from it, and what people said about that."""

from django.conf import settings
from django.db import models

SHA256_LENGTH = 64


def person_key() -> "models.ForeignKey[models.Model | None, models.Model | None]":
    """Who did it; kept as nobody when the account is gone."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )


class SiteVersion(models.Model):
    """A site set-up as it was saved; never changed. Version 0, the empty site, has no row."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="site_versions"
    )
    version = models.PositiveIntegerField()
    site = models.JSONField()
    sha256 = models.CharField(max_length=SHA256_LENGTH)
    note = models.CharField(max_length=500, default="", blank=True)
    # [{"code", "message", "where"}]: what to know before trusting it.
    problems = models.JSONField(default=list)
    created_by = person_key()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="site_version_once")
        ]

    def __str__(self) -> str:
        return f"site {self.version} of {self.project_id}"


class Inspection(models.Model):
    """What was last computed for a project, and whether that is what is wanted."""

    project = models.OneToOneField(
        "projects.Project", on_delete=models.CASCADE, related_name="inspection"
    )
    job = models.ForeignKey(
        "jobs.Job", on_delete=models.SET_NULL, null=True, related_name="inspection"
    )
    # Counts the changes that call for a computation; the one at which the last job began; the
    # one that the results are of. Results are stale while they lag behind.
    wanted = models.PositiveIntegerField(default=0)
    started = models.PositiveIntegerField(default=0)
    computed = models.PositiveIntegerField(default=0)
    run = models.ForeignKey("analysis.Run", on_delete=models.SET_NULL, null=True, related_name="+")
    site_version = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(null=True, blank=True)
    compute_seconds = models.FloatField(default=0.0)
    # The run it rests on was over, so nothing more will come.
    is_final = models.BooleanField(default=False)
    # The vibration report without its insertions and findings; null before the first.
    report = models.JSONField(null=True, blank=True)
    judged_rules = models.JSONField(default=list)
    # {"insertions", "valid_insertions", "median_dwell_s"}
    dwell = models.JSONField(default=dict)
    # {"starts_at", "videos": [{"video", "offset_s", "duration_s"}]}
    clock = models.JSONField(default=dict)
    findings_numbered = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"inspection of {self.project_id}"

    @property
    def is_whole(self) -> bool:
        """Nothing more will come, and nothing was left unseen: what is missing now was missed.

        A run that was cancelled or failed on the way leaves it open.
        """
        return self.is_final and (self.run is None or self.run.is_whole)

    @property
    def is_stale(self) -> bool:
        return self.wanted > self.computed


class EditKind(models.TextChoices):
    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


class InsertionEdit(models.Model):
    """A correction by hand, kept apart from what was detected and applied to it every time.

    `before` and `after` are {"start_s", "end_s", "u_px", "v_px"} on the video's clock and in
    pixels of its upright picture, so that neither a new calibration nor a new clock moves them.
    """

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="insertion_edits"
    )
    video = models.ForeignKey("projects.Video", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=EditKind.choices)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    # Whether the last computation found what it is about.
    is_applied = models.BooleanField(default=False)
    created_by = person_key()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} of an insertion in {self.project_id}"


class Origin(models.TextChoices):
    DETECTED = "detected"
    ADDED = "added"
    CORRECTED = "corrected"


class Grade(models.TextChoices):
    SHORT = "short"
    GOOD = "good"
    OVER = "over"
    UNCLEAR = "unclear"


class Insertion(models.Model):
    """One stay of a poker in the concrete, as last computed; keeps its id when it is found again.

    `start_s` and `end_s` are on the video's clock, `pour_start_s` on the pour's.
    """

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="insertions"
    )
    video = models.ForeignKey("projects.Video", on_delete=models.CASCADE, related_name="+")
    edit = models.ForeignKey(
        InsertionEdit, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # In order of time, as plan and report print it.
    number = models.PositiveIntegerField()
    lift = models.PositiveSmallIntegerField(default=0)
    start_s = models.FloatField()
    end_s = models.FloatField()
    pour_start_s = models.FloatField()
    starts_at = models.DateTimeField(null=True, blank=True)
    duration_s = models.FloatField()
    duration_sigma_s = models.FloatField()
    x_m = models.FloatField(null=True, blank=True)
    y_m = models.FloatField(null=True, blank=True)
    sigma_m = models.FloatField(null=True, blank=True)
    u_px = models.FloatField(null=True, blank=True)
    v_px = models.FloatField(null=True, blank=True)
    observed_ratio = models.FloatField()
    flags = models.JSONField(default=list)
    origin = models.CharField(max_length=12, choices=Origin.choices)
    grade = models.CharField(max_length=8, choices=Grade.choices)

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["project", "number"], name="insertion_order")]

    def __str__(self) -> str:
        return f"insertion {self.number} of {self.project_id}"


class CoverageMap(models.Model):
    """The map of a lift; rasters are zlib-compressed, row by row from the lowest y."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="coverage_maps"
    )
    lift = models.PositiveSmallIntegerField()
    # {"name", "origin_m", "cell_m", "columns", "rows", ...the lift's coverage}
    facts = models.JSONField()
    classes = models.BinaryField()  # uint8 a cell
    dose_s = models.BinaryField()  # float32 a cell, little-endian

    class Meta:
        ordering = ["lift"]
        constraints = [
            models.UniqueConstraint(fields=["project", "lift"], name="map_once_per_lift")
        ]

    def __str__(self) -> str:
        return f"map of lift {self.lift} of {self.project_id}"


class VideoTracks(models.Model):
    """When people and pokers were in sight of a video: [kind, start_s, end_s], in order."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="video_tracks"
    )
    video = models.OneToOneField("projects.Video", on_delete=models.CASCADE, related_name="tracks")
    spans = models.JSONField()

    def __str__(self) -> str:
        return f"tracks of {self.video_id}"


class Severity(models.TextChoices):
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"
    STATUS = "status"


class Verdict(models.TextChoices):
    VIOLATION = "violation"
    TO_REVIEW = "to_review"


class FindingState(models.TextChoices):
    TO_REVIEW = "to_review"
    CONFIRMED = "confirmed"
    FALSE_ALARM = "false_alarm"
    NOTIFIED = "notified"
    RECTIFIED = "rectified"
    CLOSED = "closed"


# The one table of moves that a review may make.
REVIEW_MOVES: dict[FindingState, frozenset[FindingState]] = {
    FindingState.TO_REVIEW: frozenset({FindingState.CONFIRMED, FindingState.FALSE_ALARM}),
    FindingState.CONFIRMED: frozenset({FindingState.NOTIFIED, FindingState.TO_REVIEW}),
    FindingState.FALSE_ALARM: frozenset({FindingState.TO_REVIEW}),
    FindingState.NOTIFIED: frozenset({FindingState.RECTIFIED, FindingState.TO_REVIEW}),
    FindingState.RECTIFIED: frozenset({FindingState.CLOSED, FindingState.TO_REVIEW}),
    FindingState.CLOSED: frozenset({FindingState.TO_REVIEW}),
}
CONFIRMED_STATES = (
    FindingState.CONFIRMED,
    FindingState.NOTIFIED,
    FindingState.RECTIFIED,
    FindingState.CLOSED,
)


class Finding(models.Model):
    """A rule that was broken or may have been; the same row when it is found again.

    A computation writes what it measured, a review the state: neither touches the other's fields,
    but that a computation asks again for a verdict on what has become something else.
    """

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="findings"
    )
    number = models.PositiveIntegerField()
    # --- measured
    rule = models.CharField(max_length=8)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    value = models.FloatField()
    limit = models.FloatField()
    unit = models.CharField(max_length=16)
    sigma = models.FloatField(null=True, blank=True)
    is_advisory = models.BooleanField(default=False)
    note = models.CharField(max_length=300, default="", blank=True)
    video = models.ForeignKey(
        "projects.Video", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    start_s = models.FloatField()
    end_s = models.FloatField()
    pour_start_s = models.FloatField()
    starts_at = models.DateTimeField(null=True, blank=True)
    day = models.DateField()
    x_m = models.FloatField(null=True, blank=True)
    y_m = models.FloatField(null=True, blank=True)
    u_px = models.FloatField(null=True, blank=True)
    v_px = models.FloatField(null=True, blank=True)
    lift = models.PositiveSmallIntegerField(null=True, blank=True)
    insertion_ids = models.JSONField(default=list)
    insertion_numbers = models.JSONField(default=list)
    is_current = models.BooleanField(default=True)
    site_version = models.PositiveIntegerField(default=0)
    site_sha256 = models.CharField(max_length=SHA256_LENGTH)
    run = models.ForeignKey(
        "analysis.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    detector_digest = models.CharField(max_length=SHA256_LENGTH, default="", blank=True)
    # When it was first found.
    found_at = models.DateTimeField(auto_now_add=True)
    # --- reviewed
    state = models.CharField(
        max_length=12, choices=FindingState.choices, default=FindingState.TO_REVIEW
    )
    revision = models.PositiveIntegerField(default=1)
    reviewed_by = person_key()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(max_length=1000, default="", blank=True)
    # What the last verdict is about: {"severity", "verdict", "value", "limit"}.
    reviewed_as = models.JSONField(default=dict)

    class Meta:
        ordering = ["pour_start_s", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="finding_number_once")
        ]
        indexes = [
            models.Index(fields=["project", "is_current", "pour_start_s"], name="finding_order"),
            models.Index(fields=["is_current", "day"], name="finding_day"),
        ]

    def __str__(self) -> str:
        return f"finding {self.number} of {self.project_id}: {self.rule}"


class FindingReview(models.Model):
    """One step of a review."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="history")
    from_state = models.CharField(max_length=12, choices=FindingState.choices)
    to_state = models.CharField(max_length=12, choices=FindingState.choices)
    note = models.CharField(max_length=1000, default="", blank=True)
    by = person_key()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state} -> {self.to_state}"


class InspectionDay(models.Model):
    """One day of a pour in numbers, so that an overview need not read insertions."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="inspection_days"
    )
    day = models.DateField()
    insertions = models.PositiveIntegerField()
    valid_insertions = models.PositiveIntegerField()
    # {half seconds, as text: insertions}: medians of several days come from their sum.
    dwell_counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["project", "day"], name="inspection_day_once")
        ]
        indexes = [models.Index(fields=["day"], name="inspection_day")]

    def __str__(self) -> str:
        return f"{self.day} of {self.project_id}"


class CameraMovement(models.Model):
    """How the picture of a video moved against the still that was calibrated."""

    video = models.ForeignKey(
        "projects.Video", on_delete=models.CASCADE, related_name="camera_movements"
    )
    reference_s = models.FloatField()
    job = models.ForeignKey(
        "jobs.Job", on_delete=models.SET_NULL, null=True, related_name="movement"
    )
    # Whose boxes said what may move; null while no run was over.
    run = models.ForeignKey(
        "analysis.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # zlib-compressed JSON of the fields of `CameraShift` in a list each; null until it is measured.
    shifts = models.BinaryField(null=True, blank=True)
    # Why this still can never be measured against; it is not tried again then.
    problem = models.CharField(max_length=40, default="", blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["video", "reference_s"], name="movement_once")
        ]

    def __str__(self) -> str:
        return f"movement of video {self.video_id} against {self.reference_s} s"


class AuditEntry(models.Model):
    """Who changed what in the record of a pour; never changed itself."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="audit_entries"
    )
    at = models.DateTimeField(auto_now_add=True)
    by = person_key()
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "-id"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
