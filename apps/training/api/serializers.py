"""What may be asked of trainings, and one with its points."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.fields import CleanCharField, FiniteFloatField
from apps.datasets.api.serializers import MOST_CLASSES
from apps.jobs.models import JobState
from apps.training.models import Training
from apps.training.serializers import PointSerializer, TrainingSerializer
from workers.training.sizes import SIZES

NAME_MAX_LENGTH = 100
LARGEST_ID = 2**63 - 1


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
    classes = serializers.ListField(
        child=CleanCharField(max_length=NAME_MAX_LENGTH),
        allow_empty=False,
        max_length=MOST_CLASSES,
        required=False,
        help_text="What to learn of the version's classes; all of them if it is left out.",
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
