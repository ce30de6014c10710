"""The site set-up: versions, a check of a calibration while somebody clicks, the rules."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.common.pagination import PageNumberPagination
from apps.common.schema import ErrorSerializer
from apps.inspection.api.serializers.sites import (
    CalibrationAnswerSerializer,
    CalibrationCheckSerializer,
    RulesAnswerSerializer,
    SiteSaveSerializer,
    SiteVersionBriefSerializer,
    SiteVersionSerializer,
)
from apps.inspection.calibrations import calibration_check
from apps.inspection.catalogue import rules_catalogue
from apps.inspection.selectors.sites import site_newest, site_version_get, site_versions
from apps.inspection.services.sites import site_save
from apps.projects.models import MemberRole
from apps.projects.selectors import project_get_for


class _SiteSave(SiteSaveSerializer):
    """The site itself is checked where it is saved, which says more than a shape can."""

    def get_fields(self) -> dict[str, Any]:
        return {name: field for name, field in super().get_fields().items() if name != "site"}


@extend_schema(tags=["site"])
class SiteView(APIView):
    @extend_schema(operation_id="site_get", responses=SiteVersionSerializer)
    def get(self, request: Request, id: int) -> Response:
        """The newest version; 0 is the empty one."""
        project = project_get_for(user=person_of(request), id=id)
        return Response(SiteVersionSerializer(site_newest(project)).data)

    @extend_schema(
        operation_id="site_save",
        request=SiteSaveSerializer,
        responses={200: SiteVersionSerializer, 409: ErrorSerializer},
    )
    def put(self, request: Request, id: int) -> Response:
        """Saves the next version; the inspection is computed anew."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        serializer = _SiteSave(data=request.data)
        serializer.is_valid(raise_exception=True)
        words: dict[str, Any] = dict(request.data)
        saved = site_save(
            project=project, by=user, site=words.get("site"), **serializer.validated_data
        )
        return Response(SiteVersionSerializer(saved).data)


@extend_schema(tags=["site"])
class SiteVersionsView(APIView):
    pagination_class = PageNumberPagination

    @extend_schema(
        operation_id="site_versions_list", responses=SiteVersionBriefSerializer(many=True)
    )
    def get(self, request: Request, id: int) -> Response:
        """Newest first."""
        project = project_get_for(user=person_of(request), id=id)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(site_versions(project), request, view=self)
        return paginator.get_paginated_response(SiteVersionBriefSerializer(page, many=True).data)


@extend_schema(tags=["site"])
class SiteVersionView(APIView):
    @extend_schema(operation_id="site_versions_get", responses=SiteVersionSerializer)
    def get(self, request: Request, id: int, version: int) -> Response:
        project = project_get_for(user=person_of(request), id=id)
        return Response(SiteVersionSerializer(site_version_get(project, version)).data)


@extend_schema(tags=["site"])
class CalibrationCheckView(APIView):
    @extend_schema(
        operation_id="calibrations_check",
        request=CalibrationCheckSerializer,
        responses=CalibrationAnswerSerializer,
    )
    def post(self, request: Request) -> Response:
        """How good clicked points are; nothing is kept."""
        return Response(CalibrationAnswerSerializer(calibration_check(request.data)).data)


@extend_schema(tags=["site"])
class RulesView(APIView):
    @extend_schema(operation_id="rules_list", responses=RulesAnswerSerializer)
    def get(self, request: Request) -> Response:
        """All rules with their defaults, the profiles that change them, and common pokers."""
        return Response(RulesAnswerSerializer(rules_catalogue()).data)
