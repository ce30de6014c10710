"""Shapes of datasets, their pictures and the work on them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.analysis.serializers import FailureSerializer
from apps.common.fields import CleanCharField, FiniteFloatField
from apps.datasets.models import (
    Dataset,
    DatasetImage,
    DatasetTask,
    DatasetVersion,
    ImageState,
    Split,
    TaskKind,
)
from apps.datasets.selectors.datasets import holder_of
from apps.detectors.selectors.waiting import waiting_code_of
from apps.jobs.models import JobState

NAME_MAX_LENGTH = 100
MOST_CLASSES = 200
MOST_BOXES = 1000
LARGEST_PX = 100_000


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    classes = serializers.ListField(child=serializers.CharField(), read_only=True)
    image_count = serializers.SerializerMethodField()
    labelled_count = serializers.SerializerMethodField()
    latest_version = serializers.IntegerField(read_only=True, allow_null=True)
    created_by = PersonBriefSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Dataset
        fields = [
            "id",
            "name",
            "description",
            "classes",
            "image_count",
            "labelled_count",
            "latest_version",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(int)
    def get_image_count(self, dataset: Any) -> int:
        return dataset.image_count or 0

    @extend_schema_field(int)
    def get_labelled_count(self, dataset: Any) -> int:
        return dataset.labelled_count or 0


class DatasetWriteSerializer(serializers.Serializer[Any]):
    name = CleanCharField(max_length=NAME_MAX_LENGTH)
    description = CleanCharField(max_length=2000, multiline=True, default="", allow_blank=True)
    classes = serializers.ListField(
        child=CleanCharField(max_length=NAME_MAX_LENGTH), allow_empty=False, max_length=MOST_CLASSES
    )


class DatasetUpdateSerializer(DatasetWriteSerializer):
    description = CleanCharField(max_length=2000, multiline=True, required=False, allow_blank=True)


class CoordinatesField(serializers.ListField):
    child = FiniteFloatField(min_value=-LARGEST_PX, max_value=LARGEST_PX)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=4, max_length=4, **kwargs)


class LabelBoxSerializer(serializers.Serializer[Any]):
    label = CleanCharField(max_length=NAME_MAX_LENGTH)  # type: ignore[assignment]
    box = CoordinatesField(help_text="[x1, y1, x2, y2] in absolute pixels.")


class DatasetImageSerializer(serializers.ModelSerializer[DatasetImage]):
    state = serializers.ChoiceField(choices=ImageState.choices, read_only=True)
    split = serializers.ChoiceField(choices=Split.choices, read_only=True)
    boxes = LabelBoxSerializer(many=True, read_only=True)
    held_by = serializers.SerializerMethodField()
    labelled_by = PersonBriefSerializer(read_only=True, allow_null=True)
    file_url = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()

    class Meta:
        model = DatasetImage
        fields = [
            "id",
            "source",
            "project",
            "video",
            "frame",
            "pts_seconds",
            "width",
            "height",
            "state",
            "split",
            "boxes",
            "revision",
            "origin",
            "held_by",
            "labelled_by",
            "labelled_at",
            "file_url",
            "thumbnail_url",
        ]
        read_only_fields = fields

    @extend_schema_field(PersonBriefSerializer(allow_null=True))
    def get_held_by(self, image: DatasetImage) -> Any:
        holder = holder_of(image)
        return PersonBriefSerializer(holder).data if holder else None

    @extend_schema_field(str)
    def get_file_url(self, image: DatasetImage) -> str:
        return f"/api/v1/datasets/{image.dataset_id}/images/{image.pk}/file/"

    @extend_schema_field(str)
    def get_thumbnail_url(self, image: DatasetImage) -> str:
        return f"/api/v1/datasets/{image.dataset_id}/images/{image.pk}/thumbnail/"


class GapSerializer(serializers.Serializer[Any]):
    first = serializers.IntegerField(read_only=True)
    last = serializers.IntegerField(read_only=True)
    count = serializers.IntegerField(read_only=True)


class NeighboursSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField(
        read_only=True, help_text="How many pictures that fit come before this one."
    )
    count = serializers.IntegerField(read_only=True)
    before = DatasetImageSerializer(many=True, read_only=True)
    after = DatasetImageSerializer(many=True, read_only=True)
    next_to_label = serializers.IntegerField(read_only=True, allow_null=True)
    gap_before = GapSerializer(read_only=True, allow_null=True)
    gap_after = GapSerializer(read_only=True, allow_null=True)


class LabelsSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    boxes = serializers.ListField(child=LabelBoxSerializer(), max_length=MOST_BOXES)
    state = serializers.ChoiceField(
        choices=[ImageState.LABELLED, ImageState.SKIPPED, ImageState.UNLABELLED],
        default=ImageState.LABELLED,
    )


class ImageFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=ImageState.choices, required=False)
    split = serializers.ChoiceField(choices=[*Split.choices], required=False)
    video = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    label = CleanCharField(max_length=NAME_MAX_LENGTH, required=False)  # type: ignore[assignment]


class ImagesQuerySerializer(ImageFilterSerializer):
    shown_at = FiniteFloatField(
        min_value=0.0,
        max_value=1e7,
        required=False,
        help_text="With `video`: only the picture that is shown at this second, if it was taken.",
    )


class FramesSerializer(serializers.Serializer[Any]):
    """Of a video at `times` or `every_seconds`, or of a run."""

    video = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    times = serializers.ListField(
        child=FiniteFloatField(min_value=0.0, max_value=1e7),
        required=False,
        allow_empty=False,
        max_length=2000,
    )
    every_seconds = FiniteFloatField(min_value=0.04, max_value=86_400.0, required=False)
    run = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    labels = serializers.ListField(
        child=CleanCharField(max_length=200), default=list, max_length=MOST_CLASSES
    )
    min_score = FiniteFloatField(min_value=0.0, max_value=1.0, default=0.0)
    max_score = FiniteFloatField(min_value=0.0, max_value=1.0, default=1.0)
    count = serializers.IntegerField(min_value=1, max_value=2000, default=200)
    prelabel = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_video, is_run = "video" in attrs, "run" in attrs
        if is_video == is_run:
            raise serializers.ValidationError("Name either a video or a run.")
        if is_video and ("times" in attrs) == ("every_seconds" in attrs):
            raise serializers.ValidationError("Say either times or every_seconds.")
        wanted = ("video", "times", "every_seconds") if is_video else self.OF_RUN
        return {name: attrs[name] for name in wanted if name in attrs}

    OF_RUN = ("run", "labels", "min_score", "max_score", "count", "prelabel")


class PrelabelSerializer(serializers.Serializer[Any]):
    detector = CleanCharField(max_length=100, help_text="Its name or its id.")
    score_threshold = FiniteFloatField(min_value=0.0, max_value=0.999, required=False)


class InterpolateSerializer(serializers.Serializer[Any]):
    first = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    last = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class ChangedSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField(read_only=True)


class FollowQuerySerializer(serializers.Serializer[Any]):
    before = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, help_text="The picture that has the boxes."
    )


class FollowedBoxSerializer(serializers.Serializer[Any]):
    label = serializers.CharField(  # type: ignore[assignment]
        source="box.label", read_only=True
    )
    box = serializers.ListField(
        child=serializers.FloatField(),
        source="box.xyxy",
        read_only=True,
        help_text="[x1, y1, x2, y2] in absolute pixels; where it was, when it was not found.",
    )
    confidence = serializers.FloatField(read_only=True, help_text="0 to 1")
    is_found = serializers.BooleanField(read_only=True)


class SplitWishSerializer(serializers.Serializer[Any]):
    by = serializers.ChoiceField(choices=["video", "day"], default="video")
    val_share = FiniteFloatField(min_value=0.0, max_value=0.9, default=0.2)
    test_share = FiniteFloatField(min_value=0.0, max_value=0.9, default=0.0)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)


class SplitCountsSerializer(serializers.Serializer[Any]):
    train = serializers.IntegerField(read_only=True)
    val = serializers.IntegerField(read_only=True)
    test = serializers.IntegerField(read_only=True)


class ImportWishSerializer(serializers.Serializer[Any]):
    file = serializers.UUIDField(help_text="Of detectors/files/.")
    format = serializers.ChoiceField(choices=["coco", "yolo", "pictures"])


class ExportQuerySerializer(serializers.Serializer[Any]):
    format = serializers.ChoiceField(choices=["coco", "yolo"], default="coco")
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="Default: as it is now."
    )


class ImportResultSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField(read_only=True)
    updated = serializers.IntegerField(read_only=True, help_text="There already, with new boxes.")
    unchanged = serializers.IntegerField(read_only=True)
    kept = serializers.IntegerField(
        read_only=True, help_text="Left as they are, because a person has drawn other boxes here."
    )
    kept_names = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="The first hundred of them."
    )


class DatasetTaskSerializer(serializers.ModelSerializer[DatasetTask]):
    kind = serializers.ChoiceField(choices=TaskKind.choices, read_only=True)
    state = serializers.ChoiceField(choices=JobState.choices, source="job.state", read_only=True)
    progress = serializers.FloatField(source="job.progress", read_only=True)
    waiting_code = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    result = ImportResultSerializer(read_only=True, allow_null=True)
    finished_at = serializers.DateTimeField(
        source="job.finished_at", read_only=True, allow_null=True
    )

    class Meta:
        model = DatasetTask
        fields = [
            "id",
            "kind",
            "state",
            "progress",
            "done",
            "total",
            "result",
            "waiting_code",
            "error",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields

    def get_waiting_code(self, task: DatasetTask) -> str | None:
        return waiting_code_of(task.job)

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_error(self, task: DatasetTask) -> dict[str, str] | None:
        if not task.job.error_code:
            return None
        return {"code": task.job.error_code, "message": task.job.error_message}


class VersionWriteSerializer(serializers.Serializer[Any]):
    note = CleanCharField(max_length=500, multiline=True, default="", allow_blank=True)


class NamedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


class DatasetVersionSerializer(serializers.ModelSerializer[DatasetVersion]):
    dataset = NamedSerializer(read_only=True)
    classes = serializers.ListField(child=serializers.CharField(), read_only=True)
    splits = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    train_boxes = serializers.DictField(
        child=serializers.IntegerField(),
        read_only=True,
        allow_null=True,
        help_text="Boxes of each class to learn from; null for a version older than this count.",
    )
    created_by = PersonBriefSerializer(read_only=True, allow_null=True)

    class Meta:
        model = DatasetVersion
        fields = [
            "id",
            "dataset",
            "number",
            "digest",
            "note",
            "classes",
            "image_count",
            "box_count",
            "splits",
            "train_boxes",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields


class ClassNumbersSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(read_only=True)
    images = serializers.IntegerField(read_only=True)
    boxes = serializers.IntegerField(read_only=True)
    small = serializers.IntegerField(read_only=True)
    medium = serializers.IntegerField(read_only=True)
    large = serializers.IntegerField(read_only=True)


class SourceNumbersSerializer(serializers.Serializer[Any]):
    video = serializers.IntegerField(read_only=True, allow_null=True)
    day = serializers.DateField(read_only=True, allow_null=True)
    images = serializers.IntegerField(read_only=True)
    labelled = serializers.IntegerField(read_only=True)
    split = serializers.ChoiceField(choices=Split.choices, read_only=True)

    def get_fields(self) -> dict[str, Any]:
        # `source` is a word of the serializers themselves.
        return {**super().get_fields(), "source": serializers.CharField(read_only=True)}


class StatisticsSerializer(serializers.Serializer[Any]):
    images = serializers.IntegerField(read_only=True)
    boxes = serializers.IntegerField(read_only=True)
    states = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    splits = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    classes = ClassNumbersSerializer(many=True, read_only=True)
    sources = SourceNumbersSerializer(many=True, read_only=True)


class ProblemSerializer(serializers.Serializer[Any]):
    image = serializers.IntegerField(read_only=True, allow_null=True)
    box = serializers.IntegerField(read_only=True, allow_null=True)
    code = serializers.CharField(read_only=True)
    message = serializers.CharField(read_only=True)
    subject = serializers.CharField(read_only=True, help_text="The class or the split, if any.")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "source": serializers.CharField(read_only=True)}
