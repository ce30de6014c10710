"""Shapes of trainings."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.analysis.serializers import FailureSerializer
from apps.common.fields import CleanCharField, FiniteFloatField
from apps.jobs.models import JobState
from apps.training.models import PointKind, Training, TrainingPhase, TrainingPoint
from workers.training.sizes import SIZES

NAME_MAX_LENGTH = 100
LARGEST_ID = 2**63 - 1


class NamedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


class TrainedVersionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    number = serializers.IntegerField(read_only=True)


class TrainingSerializer(serializers.ModelSerializer[Training]):
    dataset = NamedSerializer(source="version.dataset", read_only=True, allow_null=True)
    version = TrainedVersionSerializer(read_only=True, allow_null=True)
    base = NamedSerializer(read_only=True, allow_null=True)
    recipe = serializers.DictField(read_only=True)
    state = serializers.ChoiceField(choices=JobState.choices, source="job.state", read_only=True)
    progress = serializers.FloatField(source="job.progress", read_only=True)
    phase = serializers.ChoiceField(choices=TrainingPhase.choices, read_only=True)
    epochs = serializers.IntegerField(source="recipe.epochs", read_only=True)
    metrics = serializers.DictField(read_only=True, allow_null=True)
    error = serializers.SerializerMethodField()
    created_by = PersonBriefSerializer(read_only=True, allow_null=True)
    started_at = serializers.DateTimeField(source="job.started_at", read_only=True, allow_null=True)
    finished_at = serializers.DateTimeField(
        source="job.finished_at", read_only=True, allow_null=True
    )

    class Meta:
        model = Training
        fields = [
            "id",
            "name",
            "dataset",
            "version",
            "data_digest",
            "base",
            "recipe",
            "state",
            "progress",
            "phase",
            "epoch",
            "epochs",
            "seconds_left",
            "metrics",
            "error",
            "detector",
            "attempt",
            "created_by",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_error(self, training: Training) -> dict[str, str] | None:
        if not training.job.error_code:
            return None
        return {"code": training.job.error_code, "message": training.job.error_message}


class PointSerializer(serializers.ModelSerializer[TrainingPoint]):
    kind = serializers.ChoiceField(choices=PointKind.choices, read_only=True)
    epoch = serializers.IntegerField(source="event.epoch", read_only=True)
    step = serializers.IntegerField(source="event.step", read_only=True)
    loss = serializers.FloatField(source="event.loss", read_only=True)
    learning_rate = serializers.SerializerMethodField()
    AP = serializers.SerializerMethodField()
    AP50 = serializers.SerializerMethodField()

    class Meta:
        model = TrainingPoint
        fields = ["n", "kind", "epoch", "step", "loss", "learning_rate", "AP", "AP50"]
        read_only_fields = fields

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_learning_rate(self, point: TrainingPoint) -> float | None:
        return point.event.get("learning_rate")

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_AP(self, point: TrainingPoint) -> float | None:  # noqa: N802
        return point.event.get("AP")

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_AP50(self, point: TrainingPoint) -> float | None:  # noqa: N802
        return point.event.get("AP50")


class TrainingDetailSerializer(TrainingSerializer):
    points = serializers.SerializerMethodField()

    class Meta(TrainingSerializer.Meta):
        fields = [*TrainingSerializer.Meta.fields, "points"]
        read_only_fields = fields

    @extend_schema_field(PointSerializer(many=True))
    def get_points(self, training: Training) -> Any:
        return PointSerializer(self.context["points"], many=True).data


class SizeField(serializers.ListField):
    child = serializers.IntegerField(min_value=32, max_value=2048)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=2, max_length=2, **kwargs)


class TrainingStartSerializer(serializers.Serializer[Any]):
    name = CleanCharField(max_length=NAME_MAX_LENGTH, help_text="Of the detector to be.")
    version = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, help_text="The id of a dataset's version."
    )
    base = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_ID,
        required=False,
        allow_null=True,
        help_text="The id of a detector to begin with; null to begin from scratch.",
    )
    size = serializers.ChoiceField(choices=sorted(SIZES), required=False)
    image_size = SizeField(required=False, help_text="Width and height, multiples of 32.")
    epochs = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    batch_size = serializers.IntegerField(min_value=1, max_value=1024, required=False)
    learning_rate = FiniteFloatField(min_value=1e-8, max_value=1.0, required=False)
    patience = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)


class PointsQuerySerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)


class TrainingsQuerySerializer(serializers.Serializer[Any]):
    dataset = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    state = serializers.ChoiceField(choices=JobState.choices, required=False)
