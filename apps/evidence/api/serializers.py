"""Shapes of records and drawings."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.common.fields import CleanCharField, FiniteFloatField
from apps.common.filters import LARGEST_ID
from apps.evidence.models import Report, ReportFormat, ReportLanguage
from apps.jobs.models import JobState

Shape = serializers.Serializer[Any]

LONGEST_VIDEO_S = 1e7
HEADER_LINE = 200
HEADER_TEXT = 4000


class ReportHeaderSerializer(Shape):
    """The fields of the supervision record that people type."""

    project_code = CleanCharField(max_length=HEADER_LINE, allow_blank=True, default="")
    part = CleanCharField(max_length=HEADER_LINE, allow_blank=True, default="")
    contractor = CleanCharField(max_length=HEADER_LINE, allow_blank=True, default="")
    supervisor = CleanCharField(max_length=HEADER_LINE, allow_blank=True, default="")
    lift = CleanCharField(max_length=HEADER_LINE, allow_blank=True, default="")
    mix = CleanCharField(max_length=HEADER_LINE, allow_blank=True, default="")
    poker = CleanCharField(max_length=HEADER_LINE, allow_blank=True, default="")
    weather = CleanCharField(max_length=HEADER_LINE, allow_blank=True, default="")
    process_notes = CleanCharField(
        max_length=HEADER_TEXT, allow_blank=True, default="", multiline=True
    )
    problems_handled = CleanCharField(
        max_length=HEADER_TEXT, allow_blank=True, default="", multiline=True
    )


class ReportRequestSerializer(Shape):
    format = serializers.ChoiceField(choices=ReportFormat.choices)
    language = serializers.ChoiceField(choices=ReportLanguage.choices, default=ReportLanguage.ZH)
    header = ReportHeaderSerializer(required=False)


class ReportErrorSerializer(Shape):
    code = serializers.CharField()
    message = serializers.CharField()


class ReportSerializer(serializers.ModelSerializer[Report]):
    project = serializers.IntegerField(source="project_id", read_only=True)
    header = ReportHeaderSerializer(read_only=True)
    state = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    file_url = serializers.SerializerMethodField()
    created_by = PersonBriefSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Report
        fields = [
            "id",
            "project",
            "format",
            "language",
            "header",
            "state",
            "progress",
            "error",
            "size_bytes",
            "sha256",
            "file_url",
            "site_version",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields

    def get_state(self, report: Report) -> JobState:
        if report.sha256:
            return JobState.COMPLETED
        return JobState(report.job.state) if report.job else JobState.FAILED

    def get_progress(self, report: Report) -> float:
        if report.sha256:
            return 1.0
        return report.job.progress if report.job else 0.0

    @extend_schema_field(ReportErrorSerializer(allow_null=True))
    def get_error(self, report: Report) -> dict[str, str] | None:
        if report.job is None or report.job.state != JobState.FAILED:
            return None
        return {"code": report.job.error_code, "message": report.job.error_message}

    def get_file_url(self, report: Report) -> str | None:
        return f"/api/v1/reports/{report.pk}/file/" if report.sha256 else None


class PlanQuerySerializer(Shape):
    lift = serializers.IntegerField(min_value=0, max_value=32767, default=0)
    layer = serializers.ChoiceField(choices=["category", "dose"], default="category")
    lang = serializers.ChoiceField(choices=ReportLanguage.choices, default=ReportLanguage.ZH)


class OverlayQuerySerializer(PlanQuerySerializer):
    video = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    seconds = FiniteFloatField(min_value=0.0, max_value=LONGEST_VIDEO_S, default=0.0)


class StillQuerySerializer(Shape):
    seconds = FiniteFloatField(min_value=0.0, max_value=LONGEST_VIDEO_S, default=0.0)
