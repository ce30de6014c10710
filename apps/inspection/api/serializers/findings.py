"""Shapes of findings, their review and the audit trail."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.common.fields import CleanCharField
from apps.inspection.api.serializers.sites import CALIBRATION_GRADES
from apps.inspection.models import (
    AuditEntry,
    Finding,
    FindingState,
    Severity,
    Verdict,
)
from apps.inspection.selectors.findings import finding_calibration
from workers.vibration.rules.table import RULE_SPECS, Basis

Shape = serializers.Serializer[Any]


class EvidenceFileBriefSerializer(Shape):
    name = serializers.CharField()
    url = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()


class EvidenceSerializer(Shape):
    state = serializers.ChoiceField(choices=["none", "preparing", "ready", "failed"])
    files = EvidenceFileBriefSerializer(many=True)


class FindingSerializer(serializers.ModelSerializer[Finding]):
    severity = serializers.ChoiceField(choices=Severity.choices, read_only=True)
    verdict = serializers.ChoiceField(choices=Verdict.choices, read_only=True)
    state = serializers.ChoiceField(choices=FindingState.choices, read_only=True)
    basis = serializers.SerializerMethodField()
    source = serializers.SerializerMethodField()  # type: ignore[assignment]
    trust = serializers.SerializerMethodField()
    insertions = serializers.ListField(
        child=serializers.IntegerField(), source="insertion_ids", read_only=True
    )
    insertion_numbers = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    reviewed_by = PersonBriefSerializer(read_only=True, allow_null=True)
    evidence = serializers.SerializerMethodField()
    run = serializers.IntegerField(source="run_id", read_only=True, allow_null=True)
    video = serializers.IntegerField(source="video_id", read_only=True, allow_null=True)

    class Meta:
        model = Finding
        fields = [
            "id",
            "number",
            "rule",
            "severity",
            "verdict",
            "state",
            "value",
            "limit",
            "unit",
            "sigma",
            "basis",
            "source",
            "trust",
            "is_advisory",
            "note",
            "video",
            "start_s",
            "end_s",
            "pour_start_s",
            "starts_at",
            "x_m",
            "y_m",
            "u_px",
            "v_px",
            "lift",
            "insertions",
            "insertion_numbers",
            "is_current",
            "revision",
            "reviewed_by",
            "reviewed_at",
            "review_note",
            "evidence",
            "site_version",
            "site_sha256",
            "run",
            "detector_digest",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=[str(one) for one in Basis]))
    def get_basis(self, finding: Finding) -> str:
        return str(RULE_SPECS[finding.rule].basis)

    def get_source(self, finding: Finding) -> str:
        return RULE_SPECS[finding.rule].source

    def get_trust(self, finding: Finding) -> str:
        return RULE_SPECS[finding.rule].trust

    @extend_schema_field(EvidenceSerializer)
    def get_evidence(self, finding: Finding) -> dict[str, Any]:
        """Given by the app that makes it, by finding; the context has it for the whole page."""
        found = self.context.get("evidence", {}).get(finding.pk)
        return found or {"state": "none", "files": []}


# `from` is a word of the language, so it cannot be written as an attribute.
FindingReviewSerializer = type(
    "FindingReviewSerializer",
    (serializers.Serializer,),
    {
        "from": serializers.ChoiceField(choices=FindingState.choices, source="from_state"),
        "to": serializers.ChoiceField(choices=FindingState.choices, source="to_state"),
        "note": serializers.CharField(),
        "by": PersonBriefSerializer(allow_null=True),
        "at": serializers.DateTimeField(),
    },
)


class FindingCalibrationSerializer(Shape):
    grade = serializers.ChoiceField(choices=CALIBRATION_GRADES)
    rmse_px = serializers.FloatField()
    rmse_m = serializers.FloatField()


class RunSettingsSerializer(Shape):
    fps = serializers.FloatField(
        allow_null=True, help_text="Analysed frames per second; null: every frame."
    )
    score_threshold = serializers.FloatField(help_text="What scored less was not counted.")


class FindingDetailSerializer(FindingSerializer):
    history = FindingReviewSerializer(many=True, read_only=True)
    calibration = serializers.SerializerMethodField()
    run_settings = RunSettingsSerializer(source="run", read_only=True, allow_null=True)

    class Meta(FindingSerializer.Meta):
        fields = [*FindingSerializer.Meta.fields, "history", "calibration", "run_settings"]
        read_only_fields = fields

    @extend_schema_field(FindingCalibrationSerializer(allow_null=True))
    def get_calibration(self, finding: Finding) -> dict[str, Any] | None:
        """How well its camera knows the ground; null where nobody calibrated it."""
        quality = finding_calibration(finding)
        return None if quality is None else FindingCalibrationSerializer(quality).data


class FindingReviewRequestSerializer(Shape):
    state = serializers.ChoiceField(choices=FindingState.choices)
    note = CleanCharField(
        max_length=1000, required=False, allow_blank=True, multiline=True, default=""
    )
    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The one that was looked at."
    )


class PrecisionSerializer(Shape):
    rule = serializers.CharField()
    confirmed = serializers.IntegerField()
    false_alarm = serializers.IntegerField()
    to_review = serializers.IntegerField()
    precision = serializers.FloatField(
        allow_null=True, help_text="Confirmed among those that were decided."
    )
    interval_95 = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        allow_null=True,
        help_text="Wilson's score interval.",
    )


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    by = PersonBriefSerializer(read_only=True, allow_null=True)
    details = serializers.DictField(child=serializers.JSONField(allow_null=True), read_only=True)

    class Meta:
        model = AuditEntry
        fields = ["at", "by", "action", "subject", "details"]
        read_only_fields = fields
