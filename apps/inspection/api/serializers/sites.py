"""Shapes of the site set-up. What a site may hold is checked by `workers.vibration.pour_site`."""

from typing import Any

from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.common.fields import CleanCharField
from apps.inspection.models import Severity, SiteVersion
from workers.vibration.calibration import Grade as CalibrationGrade
from workers.vibration.pour_site import CALIBRATION_POINTS_MAX
from workers.vibration.rules.table import PROFILES, Basis
from workers.vibration.site import ZoneKind

Shape = serializers.Serializer[Any]

CALIBRATION_GRADES = [str(grade) for grade in CalibrationGrade]


def numbers(length: int, help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.FloatField(), min_length=length, max_length=length, help_text=help_text
    )


def rows(length: int, help_text: str, **options: Any) -> serializers.ListField:
    return serializers.ListField(child=numbers(length, help_text), **options)


def outline(**options: Any) -> serializers.ListField:
    return rows(2, "x_m, y_m", **options)


class CalibrationPointsSerializer(Shape):
    image_size = serializers.ListField(
        child=serializers.IntegerField(), min_length=2, max_length=2, help_text="width, height"
    )
    points = rows(4, "u, v, x_m, y_m", max_length=CALIBRATION_POINTS_MAX)
    check_points = rows(4, "u, v, x_m, y_m", max_length=CALIBRATION_POINTS_MAX, required=False)


class SiteLiftSerializer(Shape):
    name = serializers.CharField(max_length=100)
    start_s = serializers.FloatField(help_text="On the video's clock.")
    calibration = CalibrationPointsSerializer(required=False, allow_null=True)


class SiteCameraSerializer(Shape):
    calibration = CalibrationPointsSerializer(required=False, allow_null=True)
    lifts = SiteLiftSerializer(many=True, required=False)
    starts_at = serializers.CharField(
        required=False, allow_null=True, help_text="Wall clock at the first frame, ISO 8601."
    )
    still_seconds = serializers.FloatField(required=False, min_value=0)


class SiteZoneSerializer(Shape):
    name = serializers.CharField(required=False, max_length=100)
    kind = serializers.ChoiceField(choices=[str(kind) for kind in ZoneKind], required=False)
    polygon = outline(min_length=3)


class SitePlacementSerializer(Shape):
    polygon = outline(min_length=3)
    placed_s = serializers.FloatField(help_text="On the pour's clock.")


class SiteDocumentSerializer(Shape):
    radius_m = serializers.FloatField(required=False, allow_null=True)
    poker = serializers.CharField(required=False, allow_null=True, max_length=100)
    profile = serializers.ChoiceField(choices=list(PROFILES), required=False)
    rules = serializers.DictField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        required=False,
        help_text="By rule: its parameters, `enabled` and `severity`, where they differ.",
    )
    pour = outline(required=False, allow_null=True)
    openings = serializers.ListField(child=outline(min_length=3), required=False)
    formwork = serializers.ListField(
        child=outline(min_length=2),
        required=False,
        allow_null=True,
        help_text="Lines; null stands for the edges of the pour and its openings.",
    )
    zones = SiteZoneSerializer(many=True, required=False)
    placements = SitePlacementSerializer(many=True, required=False)
    cameras = serializers.DictField(
        child=SiteCameraSerializer(), required=False, help_text="By the id of the video."
    )


class SiteProblemSerializer(Shape):
    code = serializers.CharField()
    message = serializers.CharField()
    where = serializers.CharField()


class SiteVersionBriefSerializer(serializers.ModelSerializer[SiteVersion]):
    problems = SiteProblemSerializer(many=True, read_only=True)
    created_by = PersonBriefSerializer(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = SiteVersion
        fields = ["version", "sha256", "note", "created_by", "created_at", "problems"]
        read_only_fields = fields


class SiteVersionSerializer(SiteVersionBriefSerializer):
    site = serializers.SerializerMethodField()

    class Meta(SiteVersionBriefSerializer.Meta):
        fields = ["version", "site", "sha256", "note", "created_by", "created_at", "problems"]
        read_only_fields = fields

    def get_site(self, version: SiteVersion) -> SiteDocumentSerializer:
        # Kept as it was checked: the digest is that of this document.
        return version.site


class SiteSaveSerializer(Shape):
    based_on = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The version that was changed."
    )
    site = SiteDocumentSerializer()
    note = CleanCharField(max_length=500, required=False, allow_blank=True, default="")


class CalibrationCheckSerializer(CalibrationPointsSerializer):
    radius_m = serializers.FloatField(required=False, allow_null=True)


class CalibrationQualitySerializer(Shape):
    grade = serializers.ChoiceField(choices=CALIBRATION_GRADES)
    reasons = serializers.ListField(child=serializers.CharField())
    residuals_px = serializers.ListField(child=serializers.FloatField())
    residuals_m = serializers.ListField(child=serializers.FloatField())
    rmse_px = serializers.FloatField()
    rmse_m = serializers.FloatField()
    max_m = serializers.FloatField()
    leave_one_out_m = serializers.ListField(
        child=serializers.FloatField(allow_null=True),
        allow_null=True,
        help_text="Null for a point without which the others fix no plane.",
    )
    leave_one_out_rmse_m = serializers.FloatField(allow_null=True)
    check_m = serializers.ListField(child=serializers.FloatField())
    check_rmse_m = serializers.FloatField(allow_null=True)


class CalibrationAnswerSerializer(Shape):
    quality = CalibrationQualitySerializer()
    to_ground = rows(3, "a row of the matrix", min_length=3, max_length=3)
    to_image = rows(3, "a row of the matrix", min_length=3, max_length=3)
    is_mirrored = serializers.BooleanField()
    metric_mask = serializers.ListField(
        child=rows(2, "u, v"), help_text="Outlines of where metric rules hold."
    )


class RuleSpecSerializer(Shape):
    id = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    severity = serializers.ChoiceField(choices=Severity.choices)
    basis = serializers.ChoiceField(choices=[str(one) for one in Basis])
    source = serializers.CharField()  # type: ignore[assignment]
    source_zh = serializers.CharField()
    trust = serializers.CharField()
    parameters = serializers.DictField(child=serializers.JSONField(allow_null=True))
    is_metric = serializers.BooleanField()
    is_on = serializers.BooleanField()


class ProfileSerializer(Shape):
    rules = serializers.DictField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True))
    )


class PokerSerializer(Shape):
    name = serializers.CharField()
    radius_m = serializers.FloatField()


class RulesAnswerSerializer(Shape):
    profiles = serializers.DictField(child=ProfileSerializer())
    rules = RuleSpecSerializer(many=True)
    pokers = PokerSerializer(many=True)
