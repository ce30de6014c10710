"""Shapes of runs and results, for answers and for events alike."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.analysis.models import FrameResult, Run, Segment, SegmentState
from apps.analysis.selectors.progress import RunView
from apps.jobs.models import JobState


class FailureSerializer(serializers.Serializer[dict[str, str]]):
    code = serializers.CharField(read_only=True)
    message = serializers.CharField(read_only=True)


class RunDetectorSerializer(serializers.Serializer[Run]):
    """The detector as it was when the run began."""

    id = serializers.IntegerField(source="detector_id", read_only=True)
    name = serializers.CharField(source="detector.name", read_only=True)
    kind = serializers.CharField(source="detector.kind", read_only=True)
    digest = serializers.CharField(source="detector_digest", read_only=True)


class RunSerializer(serializers.Serializer[RunView]):
    id = serializers.IntegerField(source="run.pk", read_only=True)
    project = serializers.IntegerField(source="run.project_id", read_only=True)
    state = serializers.ChoiceField(
        choices=JobState.choices, source="run.job.state", read_only=True
    )
    progress = serializers.FloatField(source="progress.fraction", read_only=True, min_value=0)
    frames_done = serializers.IntegerField(source="progress.frames_done", read_only=True)
    frames_total = serializers.IntegerField(source="run.frames_total", read_only=True)
    frames_per_second = serializers.SerializerMethodField()
    seconds_left = serializers.SerializerMethodField()
    segments_done = serializers.IntegerField(source="run.segments_done", read_only=True)
    segments_total = serializers.IntegerField(source="run.segments_total", read_only=True)
    label_counts = serializers.DictField(
        child=serializers.IntegerField(), source="progress.label_counts", read_only=True
    )
    detector = RunDetectorSerializer(source="run", read_only=True)
    fps = serializers.FloatField(source="run.fps", read_only=True, allow_null=True)
    score_threshold = serializers.FloatField(source="run.score_threshold", read_only=True)
    waiting_reason = serializers.SerializerMethodField()
    waiting_code = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    attempt = serializers.IntegerField(source="run.attempt", read_only=True)
    retry_of = serializers.IntegerField(source="run.retry_of_id", read_only=True, allow_null=True)
    created_by = PersonBriefSerializer(source="run.job.created_by", read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(source="run.job.created_at", read_only=True)
    started_at = serializers.DateTimeField(
        source="run.job.started_at", read_only=True, allow_null=True
    )
    finished_at = serializers.DateTimeField(
        source="run.job.finished_at", read_only=True, allow_null=True
    )

    def get_frames_per_second(self, view: RunView) -> float | None:
        return None if view.waiting else view.progress.frames_per_second

    def get_seconds_left(self, view: RunView) -> float | None:
        return None if view.waiting else view.progress.seconds_left

    def get_waiting_reason(self, view: RunView) -> str | None:
        return view.waiting.reason if view.waiting else None

    def get_waiting_code(self, view: RunView) -> str | None:
        return view.waiting.code if view.waiting else None

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_error(self, view: RunView) -> dict[str, str] | None:
        return failure(view.run.job.error_code, view.run.job.error_message)


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    state = serializers.ChoiceField(choices=SegmentState.choices, read_only=True)
    worker = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta:
        model = Segment
        fields = [
            "id",
            "number",
            "video",
            "start_seconds",
            "end_seconds",
            "state",
            "frames_done",
            "frames_total",
            "attempts",
            "worker",
            "error",
        ]
        read_only_fields = fields

    def get_worker(self, segment: Segment) -> str | None:
        # The last part of a lease's owner only tells claims apart.
        return segment.lease_owner.rpartition(":")[0] or None

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_error(self, segment: Segment) -> dict[str, str] | None:
        return failure(segment.error_code, segment.error_message)


class FrameResultSerializer(serializers.Serializer[FrameResult]):
    """One line of the JSON Lines contract, with the video it belongs to."""

    video = serializers.IntegerField(read_only=True)
    frame = serializers.IntegerField(read_only=True)
    pts_seconds = serializers.FloatField(read_only=True)
    width = serializers.IntegerField(read_only=True)
    height = serializers.IntegerField(read_only=True)
    boxes = serializers.ListField(
        child=serializers.ListField(
            child=serializers.FloatField(), min_length=4, max_length=4, help_text="x1, y1, x2, y2"
        ),
        read_only=True,
    )
    scores = serializers.ListField(child=serializers.FloatField(), read_only=True)
    labels = serializers.ListField(child=serializers.CharField(), read_only=True)
    pdq = serializers.CharField(read_only=True, allow_null=True, help_text="64 hex digits")
    pdq_quality = serializers.IntegerField(read_only=True)

    def to_representation(self, result: FrameResult) -> dict[str, Any]:
        # Thousands of them go into one answer; asking each field would take most of its time.
        return {
            "video": result.video_id,
            "frame": result.frame,
            "pts_seconds": result.pts_seconds,
            "width": result.width,
            "height": result.height,
            "boxes": result.boxes,
            "scores": result.scores,
            "labels": result.labels,
            "pdq": None if result.pdq is None else bytes(result.pdq).hex(),
            "pdq_quality": result.pdq_quality,
        }


class TimelineSerializer(serializers.Serializer[dict[str, Any]]):
    video = serializers.IntegerField(read_only=True)
    duration_seconds = serializers.FloatField(read_only=True)
    bin_seconds = serializers.FloatField(read_only=True)
    labels = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField()),
        read_only=True,
        help_text="The most objects in one frame of each bin, by label.",
    )
    analysed = serializers.ListField(
        child=serializers.IntegerField(), read_only=True, help_text="Frames analysed in each bin."
    )


def failure(code: str, message: str) -> dict[str, str] | None:
    return {"code": code, "message": message} if code else None
