"""Findings, their review, how often they are right, and the audit trail."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.common.filters import IdFilter
from apps.common.pagination import PageNumberPagination
from apps.common.schema import ErrorSerializer
from apps.evidence.selectors.evidence import evidence_of
from apps.evidence.services.evidence import evidence_ensure
from apps.inspection.api.serializers.findings import (
    AuditEntrySerializer,
    FindingDetailSerializer,
    FindingReviewRequestSerializer,
    FindingSerializer,
    PrecisionSerializer,
)
from apps.inspection.models import Finding, FindingState, Severity
from apps.inspection.selectors.findings import finding_get, findings_of, precisions
from apps.inspection.selectors.insertions import audit_of
from apps.inspection.services.reviews import finding_review
from apps.projects.models import MemberRole
from apps.projects.selectors import project_get_for
from workers.vibration.rules.table import RULE_SPECS


class FindingFilter(filters.FilterSet):
    rule = filters.MultipleChoiceFilter(choices=[(rule, rule) for rule in RULE_SPECS])
    severity = filters.MultipleChoiceFilter(choices=Severity.choices)
    state = filters.MultipleChoiceFilter(choices=FindingState.choices)
    # By number, not by choice: whether a stranger's video exists must not show.
    video = IdFilter(field_name="video_id")
    lift = filters.NumberFilter(field_name="lift", min_value=0, max_value=32767)
    current = filters.BooleanFilter(
        field_name="is_current", label="false: those that a later computation no longer gives."
    )


@extend_schema(tags=["findings"])
@extend_schema_view(get=extend_schema(operation_id="findings_list"))
class FindingsView(generics.ListAPIView[Finding]):
    """In order of time; without `current`, what the last computation gives."""

    queryset = Finding.objects.none()
    serializer_class = FindingSerializer
    filterset_class = FindingFilter
    search_fields = ("rule", "note", "review_note")
    ordering_fields = (
        "number",
        "pour_start_s",
        "rule",
        "severity",
        "state",
        "reviewed_at",
        "value",
    )

    def get_queryset(self) -> QuerySet[Finding]:
        project = project_get_for(user=person_of(self.request), id=self.kwargs["id"])
        findings = findings_of(project)
        return (
            findings if "current" in self.request.query_params else findings.filter(is_current=True)
        )

    def list(self, request: Request, id: int) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        serializer = FindingSerializer(page, many=True, context=finding_context(page))
        return self.get_paginated_response(serializer.data)


@extend_schema(tags=["findings"])
class FindingView(APIView):
    @extend_schema(operation_id="findings_get", responses=FindingDetailSerializer)
    def get(self, request: Request, id: int, finding_id: int) -> Response:
        """With the history of its review; has its evidence made if there is none."""
        project = project_get_for(user=person_of(request), id=id)
        finding = finding_get(project, finding_id)
        evidence_ensure(finding)
        return Response(finding_data(finding))


@extend_schema(tags=["findings"])
class FindingReviewView(APIView):
    @extend_schema(
        operation_id="findings_review",
        request=FindingReviewRequestSerializer,
        responses={200: FindingDetailSerializer, 409: ErrorSerializer},
    )
    def post(self, request: Request, id: int, finding_id: int) -> Response:
        """Moves it to another state, unless somebody else was faster."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        serializer = FindingReviewRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        finding = finding_get(project, finding_id)
        return Response(finding_data(finding_review(finding, by=user, **serializer.validated_data)))


@extend_schema(tags=["findings"])
class PrecisionView(APIView):
    pagination_class = None

    @extend_schema(operation_id="findings_precision", responses=PrecisionSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """By rule, from what people said of its findings."""
        project = project_get_for(user=person_of(request), id=id)
        return Response(PrecisionSerializer(precisions(project), many=True).data)


@extend_schema(tags=["findings"])
class AuditView(APIView):
    pagination_class = PageNumberPagination

    @extend_schema(operation_id="audit_list", responses=AuditEntrySerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """Every change of site, insertions and findings, newest first."""
        project = project_get_for(user=person_of(request), id=id)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(audit_of(project), request, view=self)
        return paginator.get_paginated_response(AuditEntrySerializer(page, many=True).data)


def finding_data(finding: Finding) -> Any:
    return FindingDetailSerializer(finding, context=finding_context([finding])).data


def finding_context(findings: Sequence[Finding]) -> dict[str, Any]:
    """What findings are shown with, looked up for all of them at once."""
    return {"evidence": evidence_of(findings)}
