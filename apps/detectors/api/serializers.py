"""Detectors, their imports, exports and evaluations as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.detectors.model_files import FOLDER_KIND
from apps.detectors.models import (
    Detector,
    DetectorImport,
    DetectorState,
    Evaluation,
    EvaluationSet,
    ImportPhase,
    ImportSource,
    Promotion,
    PromotionOutcome,
    Purpose,
    ReceivedFile,
)
from apps.detectors.selectors.judging import evaluation_is_current
from apps.detectors.selectors.waiting import waiting_code_of
from apps.jobs.models import Job, JobState

# Of what a job makes: also that nobody asked for it.
STATES_OR_NONE = ["none", *JobState.values]


class JobErrorSerializer(serializers.Serializer[Job]):
    code = serializers.CharField(source="error_code")
    message = serializers.CharField(source="error_message")


class OfJobSerializer(serializers.ModelSerializer[Any]):
    """What is told of the job that something hangs on."""

    state = serializers.ChoiceField(source="job.state", choices=JobState.choices)
    progress = serializers.FloatField(source="job.progress")
    waiting_code = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    finished_at = serializers.DateTimeField(source="job.finished_at", allow_null=True)

    def get_waiting_code(self, one: Any) -> str | None:
        return waiting_code_of(one.job)

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, one: Any) -> dict[str, Any] | None:
        return job_error(one.job)


def job_error(job: Job | None) -> dict[str, Any] | None:
    return JobErrorSerializer(job).data if job is not None and job.error_code else None


class DetectorSerializer(serializers.ModelSerializer[Detector]):
    state = serializers.ChoiceField(choices=DetectorState.choices)
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    classes = serializers.ListField(child=serializers.CharField())
    label_map = serializers.DictField(child=serializers.CharField())
    labels = serializers.ListField(child=serializers.CharField())
    input_size = serializers.SerializerMethodField()
    metrics = serializers.DictField()
    has_file = serializers.SerializerMethodField()
    can_export = serializers.SerializerMethodField()
    created_by = PersonBriefSerializer(allow_null=True)

    class Meta:
        model = Detector
        fields = [
            "id",
            "name",
            "kind",
            "version",
            "purpose",
            "state",
            "is_shipped",
            "classes",
            "label_map",
            "labels",
            "input_size",
            "score_threshold",
            "nms_iou",
            "backend",
            "licence",
            "origin",
            "size_bytes",
            "digest",
            "metrics",
            "has_file",
            "can_export",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(
        serializers.ListField(
            child=serializers.IntegerField(), min_length=2, max_length=2, allow_null=True
        )
    )
    def get_input_size(self, detector: Detector) -> list[int] | None:
        if detector.input_width is None or detector.input_height is None:
            return None
        return [detector.input_width, detector.input_height]

    def get_has_file(self, detector: Detector) -> bool:
        return bool(detector.file)

    def get_can_export(self, detector: Detector) -> bool:
        return detector.kind == FOLDER_KIND


class ReceivedFileSerializer(serializers.ModelSerializer[ReceivedFile]):
    class Meta:
        model = ReceivedFile
        fields = ["id", "filename", "size_bytes", "sha256", "expires_at"]
        read_only_fields = fields


class DetectorImportSerializer(OfJobSerializer):
    source = serializers.ChoiceField(choices=ImportSource.choices)  # type: ignore[assignment]
    phase = serializers.ChoiceField(choices=ImportPhase.choices)
    created_by = PersonBriefSerializer(allow_null=True)

    class Meta:
        model = DetectorImport
        fields = [
            "id",
            "name",
            "source",
            "filename",
            "state",
            "phase",
            "progress",
            "bytes_done",
            "bytes_total",
            "waiting_code",
            "error",
            "detector",
            "created_by",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields


class CatalogueFileSerializer(serializers.Serializer[Any]):
    filename = serializers.CharField()
    url = serializers.CharField()
    size_bytes = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)


class CatalogueEntrySerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    version = serializers.CharField()
    licence = serializers.CharField()
    origin = serializers.CharField()
    metrics = serializers.DictField(child=serializers.FloatField())
    files = CatalogueFileSerializer(many=True)


class DetectorExportSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=STATES_OR_NONE)
    progress = serializers.FloatField()
    error = JobErrorSerializer(allow_null=True)
    size_bytes = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    file_url = serializers.CharField(allow_null=True)


class EvaluationSetSerializer(serializers.ModelSerializer[EvaluationSet]):
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    is_gate = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    classes = serializers.DictField(child=serializers.IntegerField())
    created_by = PersonBriefSerializer(allow_null=True)

    class Meta:
        model = EvaluationSet
        fields = [
            "id",
            "name",
            "purpose",
            "is_gate",
            "state",
            "progress",
            "error",
            "digest",
            "image_count",
            "box_count",
            "classes",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields

    def get_is_gate(self, one: EvaluationSet) -> bool:
        return one.gate_for is not None

    @extend_schema_field(serializers.ChoiceField(choices=JobState.choices))
    def get_state(self, one: EvaluationSet) -> str:
        return one.job.state if one.job is not None else JobState.COMPLETED

    def get_progress(self, one: EvaluationSet) -> float:
        return one.job.progress if one.job is not None else 1.0

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, one: EvaluationSet) -> dict[str, Any] | None:
        return job_error(one.job)


class DetectorBriefSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    digest = serializers.CharField()


class EvaluationSerializer(OfJobSerializer):
    detector = DetectorBriefSerializer()
    evaluation_set = DetectorBriefSerializer()
    is_current = serializers.SerializerMethodField()
    metrics = serializers.DictField(allow_null=True)
    created_by = PersonBriefSerializer(allow_null=True)

    class Meta:
        model = Evaluation
        fields = [
            "id",
            "detector",
            "evaluation_set",
            "state",
            "progress",
            "waiting_code",
            "error",
            "is_current",
            "metrics",
            "created_by",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields

    def get_is_current(self, evaluation: Evaluation) -> bool:
        return evaluation_is_current(evaluation)


class EvaluationDetailSerializer(EvaluationSerializer):
    judgement = serializers.DictField(allow_null=True)

    class Meta(EvaluationSerializer.Meta):
        fields = [*EvaluationSerializer.Meta.fields, "judgement"]
        read_only_fields = fields


class ComparisonRowSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    candidate = serializers.FloatField()
    active = serializers.FloatField()
    change = serializers.FloatField()
    is_drop = serializers.BooleanField()


class ComparisonSideSerializer(serializers.Serializer[Any]):
    evaluation = serializers.IntegerField()
    detector = serializers.IntegerField()
    name = serializers.CharField()
    digest = serializers.CharField()
    metrics = serializers.DictField(child=serializers.FloatField(allow_null=True))


class ComparisonSerializer(serializers.Serializer[Any]):
    evaluation_set = DetectorBriefSerializer()
    margin = serializers.FloatField()
    candidate = ComparisonSideSerializer()
    active = ComparisonSideSerializer()
    overall = ComparisonRowSerializer()
    classes = ComparisonRowSerializer(many=True)
    lost_labels = serializers.ListField(
        child=serializers.CharField(),
        default=list,
        help_text="Labels that the rules need and only the active one gives.",
    )
    passes = serializers.BooleanField()


class PromotionSerializer(serializers.ModelSerializer[Promotion]):
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    outcome = serializers.ChoiceField(choices=PromotionOutcome.choices)
    comparison = ComparisonSerializer(allow_null=True)
    by = PersonBriefSerializer(allow_null=True)

    class Meta:
        model = Promotion
        fields = [
            "id",
            "purpose",
            "outcome",
            "detector",
            "detector_name",
            "previous",
            "previous_name",
            "comparison",
            "reason",
            "by",
            "at",
        ]
        read_only_fields = fields
