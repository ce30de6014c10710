"""Pictures with boxes, the frozen versions that are trained on, and the work that fills them."""

import uuid

from django.conf import settings
from django.db import models


class Dataset(models.Model):
    name = models.CharField(max_length=100)
    # Of the name without case: the same names are taken whatever the database's collation is.
    name_key = models.CharField(max_length=64, unique=True, editable=False)
    description = models.CharField(max_length=2000, default="", blank=True)
    # Labels in the order in which a model will number them.
    classes = models.JSONField(default=list)
    # Its own folder below DATASET_ROOT.
    folder = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ImageState(models.TextChoices):
    UNLABELLED = "unlabelled"
    PRELABELLED = "prelabelled"  # by a detector or between two others; nobody has looked at it
    LABELLED = "labelled"
    SKIPPED = "skipped"  # not fit to learn from


class Split(models.TextChoices):
    NONE = "", "none"
    TRAIN = "train"
    VAL = "val"
    TEST = "test"


class DatasetImage(models.Model):
    """One picture; it stays when the project that it came from goes."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="images")
    # What people call it: a video's name, or the name of an imported file.
    source = models.CharField(max_length=255)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    video = models.ForeignKey(
        "projects.Video", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    frame = models.PositiveIntegerField(null=True, blank=True)
    pts_seconds = models.FloatField(null=True, blank=True)
    # The day it shows as far as it was known when it was taken: on site, else of the upload.
    day = models.DateField(null=True, blank=True)
    # Pictures of one group never go to different splits.
    group = models.CharField(max_length=100)
    # In the dataset's folder.
    file = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    state = models.CharField(
        max_length=16, choices=ImageState.choices, default=ImageState.UNLABELLED
    )
    split = models.CharField(max_length=8, choices=Split.choices, default=Split.NONE, blank=True)
    # [{"label", "box": [x1, y1, x2, y2]}] in absolute pixels.
    boxes = models.JSONField(default=list)
    # Who drew the boxes: a person's name, a detector's, or "interpolated".
    origin = models.CharField(max_length=100, default="", blank=True)
    # Grows with every change of the boxes; a change must know the newest.
    revision = models.PositiveIntegerField(default=0)
    labelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    labelled_at = models.DateTimeField(null=True, blank=True)
    # Who is at work here, and until when that is believed.
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    held_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["group", "frame", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "video", "frame"], name="dataset_frame_once"
            ),
            models.UniqueConstraint(fields=["dataset", "file"], name="dataset_file_once"),
        ]
        indexes = [
            models.Index(fields=["dataset", "group", "frame", "id"], name="dataset_image_order"),
            models.Index(fields=["dataset", "state"], name="dataset_image_state"),
        ]

    def __str__(self) -> str:
        return f"{self.source} in {self.dataset}"


class DatasetVersion(models.Model):
    """The labelled pictures of a dataset as they were once; its COCO file is never changed."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    # Of the COCO file, which names each picture by its own digest.
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=500, default="", blank=True)
    classes = models.JSONField(default=list)
    image_count = models.PositiveIntegerField()
    box_count = models.PositiveIntegerField()
    # Pictures per split; those without one train.
    splits = models.JSONField(default=dict)
    # Boxes per class in the pictures to learn from; None for versions older than this count.
    train_boxes = models.JSONField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.dataset} version {self.number}"


class TaskKind(models.TextChoices):
    FRAMES = "frames"
    PRELABEL = "prelabel"
    IMPORT = "import"


class DatasetTask(models.Model):
    """Long work on a dataset; its state lives in its job."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="dataset_task")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=16, choices=TaskKind.choices)
    wishes = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # Of an import: what became of its pictures, apps.datasets.services.imports.ImportResult.
    result = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.dataset}"
