"""Shapes of an inspection: its state, its insertions with their corrections, its maps."""

from typing import Any

from rest_framework import serializers

from apps.accounts.api.serializers import PersonBriefSerializer
from apps.analysis.api.requests import IdField
from apps.analysis.serializers import FailureSerializer
from apps.common.fields import CleanCharField, FiniteFloatField
from apps.inspection.api.serializers.sites import CalibrationPointsSerializer, numbers
from apps.inspection.models import EditKind, Grade, Insertion, InsertionEdit, Origin
from apps.jobs.models import JobState
from workers.vibration.observe import POKER_TRACK
from workers.vibration.people import PERSON_TRACK

Shape = serializers.Serializer[Any]

NO_STATE = "none"
LONGEST_S = 1e7
LARGEST_PX = 1e5


class AreasSerializer(Shape):
    missed = serializers.FloatField()
    short = serializers.FloatField()
    good = serializers.FloatField()
    over = serializers.FloatField()
    unobservable = serializers.FloatField()


class LiftCoverageSerializer(Shape):
    name = serializers.CharField()
    covered_pct = serializers.FloatField(allow_null=True)
    covered_tolerant_pct = serializers.FloatField(allow_null=True)
    uncovered_m2 = serializers.FloatField(allow_null=True)
    largest_hole_m2 = serializers.FloatField(allow_null=True)
    unobservable_pct = serializers.FloatField()
    sigma_m = serializers.FloatField()
    area_m2 = AreasSerializer()


class CoverageSerializer(Shape):
    covered_pct = serializers.FloatField(allow_null=True)
    uncovered_m2 = serializers.FloatField(allow_null=True)
    largest_hole_m2 = serializers.FloatField(allow_null=True)
    unobservable_pct = serializers.FloatField()
    cell_m = serializers.FloatField(allow_null=True)
    lifts = LiftCoverageSerializer(many=True)


class StatusNoteSerializer(Shape):
    """What to know about the result; only what applies is there."""

    code = serializers.CharField()
    message = serializers.CharField()
    subject = serializers.CharField(required=False)
    rule = serializers.CharField(required=False)
    value = serializers.FloatField(required=False)
    limit = serializers.FloatField(required=False)
    unit = serializers.CharField(required=False)
    start_s = serializers.FloatField(required=False, help_text="On the clock of `video`, if any.")
    end_s = serializers.FloatField(required=False)
    x_m = serializers.FloatField(required=False)
    y_m = serializers.FloatField(required=False)
    video = serializers.IntegerField(required=False)


class InspectionReportSerializer(Shape):
    coverage = CoverageSerializer()
    status = StatusNoteSerializer(many=True)
    profile = serializers.CharField()
    radius_m = serializers.FloatField()
    site_sha256 = serializers.CharField()


class SeverityCountsSerializer(Shape):
    major = serializers.IntegerField()
    minor = serializers.IntegerField()
    info = serializers.IntegerField()
    status = serializers.IntegerField()


class KpisSerializer(Shape):
    insertions = serializers.IntegerField()
    valid_insertions = serializers.IntegerField()
    median_dwell_s = serializers.FloatField(allow_null=True)
    covered_pct = serializers.FloatField(allow_null=True)
    uncovered_m2 = serializers.FloatField(allow_null=True)
    unobservable_pct = serializers.FloatField(allow_null=True)
    findings_by_severity = SeverityCountsSerializer()
    to_review = serializers.IntegerField()


class NotJudgedSerializer(Shape):
    rule = serializers.CharField()
    reason = serializers.CharField()


class ManualCheckSerializer(Shape):
    code = serializers.CharField()


class ClockVideoSerializer(Shape):
    video = serializers.IntegerField()
    offset_s = serializers.FloatField(help_text="The pour's time at its first frame.")
    duration_s = serializers.FloatField()


class ClockSerializer(Shape):
    starts_at = serializers.DateTimeField(allow_null=True)
    videos = ClockVideoSerializer(many=True)


class PourLiftSerializer(Shape):
    number = serializers.IntegerField(help_text="The `lift` of insertions, findings and maps.")
    name = serializers.CharField()


class InspectionSerializer(Shape):
    state = serializers.ChoiceField(choices=[NO_STATE, *JobState.values])
    error = FailureSerializer(allow_null=True)
    progress = serializers.FloatField(min_value=0, max_value=1)
    is_stale = serializers.BooleanField(help_text="A newer one is being computed.")
    is_final = serializers.BooleanField(
        help_text="The run is over and saw all: what nobody vibrated was missed."
    )
    run = serializers.IntegerField(allow_null=True)
    site_version = serializers.IntegerField()
    computed_at = serializers.DateTimeField(allow_null=True)
    report = InspectionReportSerializer(allow_null=True)
    kpis = KpisSerializer()
    judged_rules = serializers.ListField(child=serializers.CharField())
    not_judged = NotJudgedSerializer(many=True)
    manual_checks = ManualCheckSerializer(many=True)
    clock = ClockSerializer()
    lifts = PourLiftSerializer(many=True, help_text="All of the pour, with a map or without.")


class InsertionSerializer(serializers.ModelSerializer[Insertion]):
    origin = serializers.ChoiceField(choices=Origin.choices, read_only=True)
    grade = serializers.ChoiceField(choices=Grade.choices, read_only=True)
    flags = serializers.ListField(child=serializers.CharField(), read_only=True)
    edit = serializers.IntegerField(source="edit_id", allow_null=True, read_only=True)

    class Meta:
        model = Insertion
        fields = [
            "id",
            "number",
            "video",
            "lift",
            "start_s",
            "end_s",
            "pour_start_s",
            "starts_at",
            "duration_s",
            "duration_sigma_s",
            "x_m",
            "y_m",
            "sigma_m",
            "u_px",
            "v_px",
            "observed_ratio",
            "flags",
            "origin",
            "grade",
            "edit",
        ]
        read_only_fields = fields


class InsertionPlaceSerializer(Shape):
    start_s = serializers.FloatField()
    end_s = serializers.FloatField()
    u_px = serializers.FloatField(allow_null=True)
    v_px = serializers.FloatField(allow_null=True)


class InsertionEditSerializer(serializers.ModelSerializer[InsertionEdit]):
    kind = serializers.ChoiceField(choices=EditKind.choices, read_only=True)
    before = InsertionPlaceSerializer(read_only=True, allow_null=True)
    after = InsertionPlaceSerializer(read_only=True, allow_null=True)
    created_by = PersonBriefSerializer(read_only=True, allow_null=True)

    class Meta:
        model = InsertionEdit
        fields = [
            "id",
            "kind",
            "video",
            "before",
            "after",
            "reason",
            "is_applied",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields


class ReasonSerializer(Shape):
    reason = CleanCharField(max_length=500, help_text="Why; kept with the correction.")


class InsertionChangeSerializer(ReasonSerializer):
    start_s = FiniteFloatField(
        min_value=0, max_value=LONGEST_S, required=False, help_text="On the video's clock."
    )
    end_s = FiniteFloatField(min_value=0, max_value=LONGEST_S, required=False)
    u_px = FiniteFloatField(
        min_value=0, max_value=LARGEST_PX, required=False, help_text="Of the upright picture."
    )
    v_px = FiniteFloatField(min_value=0, max_value=LARGEST_PX, required=False)


class InsertionAddSerializer(ReasonSerializer):
    video = IdField()
    start_s = FiniteFloatField(min_value=0, max_value=LONGEST_S, help_text="On the video's clock.")
    end_s = FiniteFloatField(min_value=0, max_value=LONGEST_S)
    u_px = FiniteFloatField(min_value=0, max_value=LARGEST_PX, help_text="Of the upright picture.")
    v_px = FiniteFloatField(min_value=0, max_value=LARGEST_PX)


class CoverageMapSerializer(LiftCoverageSerializer):
    lift = serializers.IntegerField()
    origin_m = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, help_text="x, y: lower corner"
    )
    cell_m = serializers.FloatField()
    columns = serializers.IntegerField()
    rows = serializers.IntegerField()
    classes = serializers.CharField(
        help_text="Base64 of one byte a cell, row by row from the lowest y."
    )
    class_names = serializers.ListField(
        child=serializers.CharField(), help_text="By the value of the byte."
    )
    dose_s = serializers.CharField(help_text="Base64 of a little-endian float32 a cell.")
    dose_scale_s = serializers.FloatField(help_text="The fixed end of the colour scale.")


class LiftPlaneSerializer(Shape):
    lift = serializers.IntegerField()
    calibration = CalibrationPointsSerializer(allow_null=True)


class TrackSpanSerializer(Shape):
    kind = serializers.ChoiceField(choices=(PERSON_TRACK, POKER_TRACK))
    start_s = serializers.FloatField(help_text="On the video's clock.")
    end_s = serializers.FloatField()


class VideoPlanesSerializer(Shape):
    planes = LiftPlaneSerializer(many=True)
    shifts = serializers.ListField(
        child=numbers(3, "time on the video's clock, dx and dy in pixels"),
        help_text="How far the picture has moved from the calibrated one, from each time on.",
    )
