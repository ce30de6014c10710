"""Projects, their members, their videos, and uploads on their way to becoming videos."""

import uuid

from django.conf import settings
from django.db import models


class ProjectStatus(models.IntegerChoices):
    """Stored as the numbers that older systems used; shown by name."""

    NOT_STARTED = 0, "not_started"
    IN_PROGRESS = 1, "in_progress"
    COMPLETED = 2, "completed"
    FAILED = 3, "failed"
    CANCELLED = 4, "cancelled"


class MemberRole(models.TextChoices):
    """What a member may do in one project; each role includes the ones before it."""

    VIEWER = "viewer"  # looks
    OPERATOR = "operator"  # uploads, starts, cancels
    MANAGER = "manager"  # edits, deletes, looks after the members

    @property
    def rank(self) -> int:
        return list(MemberRole).index(self)


class Project(models.Model):
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=2000, default="", blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_projects"
    )
    status = models.PositiveSmallIntegerField(
        choices=ProjectStatus.choices, default=ProjectStatus.NOT_STARTED
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Set when somebody deleted it: invisible at once, purged by a job that can take its time.
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["deleted_at", "-created_at", "-id"], name="project_newest"),
            models.Index(fields=["deleted_at", "owner"], name="project_owner"),
            models.Index(fields=["status", "deleted_at"], name="project_status"),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person in a project. The owner has no row: they always manage it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=16, choices=MemberRole.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once_per_project")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}: {self.role}"


class VideoState(models.TextChoices):
    CHECKING = "checking"
    READY = "ready"
    REJECTED = "rejected"


class Playback(models.TextChoices):
    """What a browser is given to play."""

    ORIGINAL = "original"
    PREPARING = "preparing"  # a proxy is being made
    PROXY = "proxy"
    UNAVAILABLE = "unavailable"


# A video on its way out: hidden, used by no run, its rows removed by a job that can take its time.
DELETED_CODE = "video_deleted"


class VideosThatExist(models.Manager["Video"]):
    def get_queryset(self) -> models.QuerySet["Video"]:
        return super().get_queryset().exclude(error_code=DELETED_CODE)


class Video(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="videos")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    filename = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, default="", blank=True)
    # The digest once it is ready, else null (which collides with nothing): the same content is
    # kept once in a project, also when two uploads end together. MySQL has no partial indexes.
    content = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    state = models.CharField(max_length=16, choices=VideoState.choices, default=VideoState.CHECKING)
    error_code = models.CharField(max_length=64, default="", blank=True)
    error_message = models.CharField(max_length=500, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Its own folder below MEDIA_ROOT, never made of a name that somebody typed.
    folder = models.CharField(max_length=100, unique=True)

    # Probed facts (workers.media.probe.VideoFacts); empty until the check is done.
    container = models.CharField(max_length=64, default="", blank=True)
    codec = models.CharField(max_length=32, default="", blank=True)
    pixel_format = models.CharField(max_length=32, default="", blank=True)
    bit_depth = models.PositiveSmallIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    rotation_degrees = models.SmallIntegerField(default=0)
    duration_seconds = models.FloatField(default=0.0)
    frame_rate = models.FloatField(default=0.0)
    frame_count = models.PositiveIntegerField(default=0)
    is_variable_frame_rate = models.BooleanField(default=False)
    has_audio = models.BooleanField(default=False)
    playback = models.CharField(
        max_length=16, choices=Playback.choices, default=Playback.UNAVAILABLE
    )
    has_thumbnail = models.BooleanField(default=False)

    objects = VideosThatExist()
    with_deleted: models.Manager["Video"] = models.Manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "content"], name="video_content_once_per_project"
            )
        ]

    def __str__(self) -> str:
        return self.filename


class Upload(models.Model):
    """A tus upload: its bytes lie in UPLOAD_ROOT, and the file's length is the offset."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    filename = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    metadata = models.CharField(max_length=2000, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    video = models.OneToOneField(
        Video, on_delete=models.SET_NULL, null=True, blank=True, related_name="upload"
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.filename} ({self.id})"
