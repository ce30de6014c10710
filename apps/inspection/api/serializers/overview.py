"""Shapes of the overview over projects and time."""

from typing import Any

from rest_framework import serializers

from apps.inspection.api.serializers.inspections import SeverityCountsSerializer
from apps.inspection.models import Severity

Shape = serializers.Serializer[Any]


class OverviewTotalsSerializer(Shape):
    projects = serializers.IntegerField()
    insertions = serializers.IntegerField()
    valid_insertions = serializers.IntegerField()
    median_dwell_s = serializers.FloatField(allow_null=True)
    covered_pct = serializers.FloatField(
        allow_null=True, help_text="Mean over the projects that have one."
    )
    findings_by_severity = SeverityCountsSerializer()
    to_review = serializers.IntegerField()


class OverviewProjectSerializer(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    insertions = serializers.IntegerField()
    valid_insertions = serializers.IntegerField()
    median_dwell_s = serializers.FloatField(allow_null=True)
    covered_pct = serializers.FloatField(allow_null=True)
    findings_by_severity = SeverityCountsSerializer()
    to_review = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)


class OverviewRuleSerializer(Shape):
    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=Severity.choices)
    findings = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    false_alarm = serializers.IntegerField()
    to_review = serializers.IntegerField()


class OverviewDaySerializer(Shape):
    day = serializers.DateField()
    insertions = serializers.IntegerField()
    median_dwell_s = serializers.FloatField(allow_null=True)
    covered_pct = serializers.FloatField(allow_null=True)
    findings = serializers.IntegerField()


class BacklogSerializer(Shape):
    to_review = serializers.IntegerField()
    oldest_at = serializers.DateTimeField(allow_null=True)


class OverviewSerializer(Shape):
    projects = OverviewProjectSerializer(many=True)
    totals = OverviewTotalsSerializer()
    by_rule = OverviewRuleSerializer(many=True)
    by_day = OverviewDaySerializer(many=True)
    backlog = BacklogSerializer()
