"""The overview over projects and time."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.analysis.api.requests import IdField, query_of
from apps.inspection.api.serializers.overview import OverviewSerializer
from apps.inspection.selectors.overview import OverviewFilter, overview
from workers.vibration.rules.table import RULE_SPECS


class OverviewQuerySerializer(serializers.Serializer[Any]):
    to = serializers.DateField(required=False, help_text="Last day, included.")
    project = IdField(required=False)
    rule = serializers.ChoiceField(
        choices=list(RULE_SPECS),
        required=False,
        help_text="Only projects with findings of it, and of their findings only those; `by_rule` "
        "stays whole.",
    )

    def get_fields(self) -> dict[str, Any]:
        # `from` is a word of the language, so it cannot be written as an attribute.
        start = serializers.DateField(required=False, help_text="First day.")
        return {"from": start, **super().get_fields()}


class OverviewView(APIView):
    @extend_schema(
        tags=["inspection"],
        operation_id="overview_get",
        parameters=[OverviewQuerySerializer],
        responses=OverviewSerializer,
    )
    def get(self, request: Request) -> Response:
        """Over all projects that one may see; days are those of the pours."""
        query = query_of(OverviewQuerySerializer, request.query_params)
        wanted = OverviewFilter(
            start=query.get("from"),
            end=query.get("to"),
            project=query.get("project"),
            rule=query.get("rule"),
        )
        return Response(OverviewSerializer(overview(person_of(request), wanted)).data)
