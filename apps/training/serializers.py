"""A training and its points as programs see them, over the API and in events."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.analysis.serializers import FailureSerializer
from apps.datasets.api.serializers import NamedSerializer
from apps.detectors.selectors.waiting import waiting_code_of
from apps.jobs.models import JobState
from apps.training.models import PointKind, Training, TrainingPhase, TrainingPoint


class TrainedVersionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    number = serializers.IntegerField(read_only=True)


class TrainingSerializer(serializers.ModelSerializer[Training]):
    dataset = NamedSerializer(source="version.dataset", read_only=True, allow_null=True)
    version = TrainedVersionSerializer(read_only=True, allow_null=True)
    base = NamedSerializer(read_only=True, allow_null=True)
    classes = serializers.ListField(child=serializers.CharField(), read_only=True)
    recipe = serializers.DictField(read_only=True)
    state = serializers.ChoiceField(choices=JobState.choices, source="job.state", read_only=True)
    progress = serializers.FloatField(source="job.progress", read_only=True)
    waiting_code = serializers.SerializerMethodField()
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
            "base_name",
            "classes",
            "recipe",
            "state",
            "progress",
            "waiting_code",
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

    def get_waiting_code(self, training: Training) -> str | None:
        return waiting_code_of(training.job)

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
