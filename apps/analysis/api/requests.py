"""What may be asked for, checked before anything is looked up."""

from typing import Any

from rest_framework import serializers

from apps.common.fields import CleanCharField, FiniteFloatField
from apps.common.filters import LARGEST_ID

MOST_VIDEOS = 1000
MOST_FRAMES = 5000
MOST_BINS = 2000


class IdField(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class RunStartSerializer(serializers.Serializer[Any]):
    detector = CleanCharField(max_length=100, help_text="Its name or its id.")
    fps = FiniteFloatField(
        min_value=0.001,
        max_value=1000,
        default=5.0,
        allow_null=True,
        help_text="Analysed frames per second of video; null for every frame.",
    )
    videos = serializers.ListField(
        child=IdField(),
        required=False,
        allow_empty=False,
        max_length=MOST_VIDEOS,
        help_text="Default: all that are ready.",
    )
    score_threshold = FiniteFloatField(
        min_value=0.0, max_value=0.999, required=False, help_text="Default: the detector's."
    )


class FramesQuerySerializer(serializers.Serializer[Any]):
    start = FiniteFloatField(required=False, help_text="Seconds on the video's clock.")
    end = FiniteFloatField(required=False, help_text="Seconds; frames at or after it are left out.")
    video = IdField(required=False)
    label = CleanCharField(max_length=200, required=False)  # type: ignore[assignment]
    min_score = FiniteFloatField(min_value=0.0, max_value=1.0, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_FRAMES, default=500)
    cursor = CleanCharField(max_length=40, required=False)


class TimelineQuerySerializer(serializers.Serializer[Any]):
    video = IdField(required=False, help_text="Default: the run's first.")
    bins = serializers.IntegerField(min_value=1, max_value=MOST_BINS, default=300)


class ExportQuerySerializer(serializers.Serializer[Any]):
    video = IdField(required=False, help_text="Default: all.")


def query_of(serializer: type[serializers.Serializer[Any]], params: Any) -> dict[str, Any]:
    """The validated query string."""
    query = serializer(data=params)
    query.is_valid(raise_exception=True)
    return query.validated_data
