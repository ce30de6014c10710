"""Records of pours."""

from asgiref.sync import sync_to_async
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.common.async_views import AsyncAPIView
from apps.common.errors import NotFound
from apps.common.pagination import PageNumberPagination
from apps.common.schema import NO_CONTENT
from apps.evidence.api.drawings import picture_response
from apps.evidence.api.serializers import ReportRequestSerializer, ReportSerializer
from apps.evidence.models import Report
from apps.evidence.selectors.evidence import reports_of
from apps.evidence.selectors.reports import report_get_for
from apps.evidence.services.reports import report_create, report_delete
from apps.evidence.storage import report_path
from apps.projects.api.videos import file_schema
from apps.projects.models import MemberRole
from apps.projects.selectors import project_get_for

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"pdf": PDF, "xlsx": XLSX}


@extend_schema(tags=["reports"])
class ReportsView(APIView):
    pagination_class = PageNumberPagination

    @extend_schema(operation_id="reports_list", responses=ReportSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """Newest first."""
        project = project_get_for(user=person_of(request), id=id)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(reports_of(project), request, view=self)
        return paginator.get_paginated_response(ReportSerializer(page, many=True).data)

    @extend_schema(
        operation_id="reports_create",
        request=ReportRequestSerializer,
        responses={202: ReportSerializer},
    )
    def post(self, request: Request, id: int) -> Response:
        """Has the record written as the inspection is now."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        serializer = ReportRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words = serializer.validated_data
        report = report_create(
            project=project,
            by=user,
            format=words["format"],
            language=words["language"],
            header=dict(words.get("header", {})),
        )
        return Response(ReportSerializer(report).data, status=202)


@extend_schema(tags=["reports"])
class ReportView(APIView):
    @extend_schema(operation_id="reports_get", responses=ReportSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(ReportSerializer(report_get_for(user=person_of(request), id=id)).data)

    @extend_schema(operation_id="reports_delete", responses=NO_CONTENT)
    def delete(self, request: Request, id: int) -> Response:
        user = person_of(request)
        report_delete(report_get_for(user=user, id=id, role=MemberRole.OPERATOR), by=user)
        return Response(status=204)


class ReportFileView(AsyncAPIView):
    async def head(self, request: Request, id: int) -> HttpResponseBase:
        return await self.send(request, id)

    @file_schema("reports_file", PDF, XLSX)
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """The record, as a download."""
        return await self.send(request, id)

    async def send(self, request: Request, id: int) -> HttpResponseBase:
        report = await sync_to_async(self.find)(request, id)
        path = report_path(report.project_id, report.pk, report.format)
        response = await picture_response(request, path, MEDIA_TYPES[report.format])
        name = f"{report.project.name}-{report.pk}.{report.format}".replace("/", "_")
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response

    def find(self, request: Request, id: int) -> Report:
        report = report_get_for(user=person_of(request), id=id)
        if not report.sha256:
            raise NotFound("The record is not written yet.", code="report_not_ready")
        return report
