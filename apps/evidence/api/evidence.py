"""The evidence of findings, and inspections as downloads."""

from collections.abc import Callable, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.common.async_views import AsyncAPIView
from apps.common.schema import ErrorSerializer
from apps.common.streaming import streamed
from apps.evidence.api.drawings import picture_response
from apps.evidence.exports import (
    coverage_pieces,
    finding_pieces,
    insertion_pieces,
    json_pieces,
    track_pieces,
)
from apps.evidence.selectors.evidence import evidence_data, evidence_file
from apps.evidence.services.evidence import evidence_request
from apps.evidence.storage import finding_folder
from apps.inspection.api.serializers.findings import EvidenceSerializer
from apps.inspection.models import Finding
from apps.inspection.selectors.findings import finding_get
from apps.projects.api.videos import file_schema
from apps.projects.models import MemberRole, Project
from apps.projects.selectors import project_get_for
from workers.evidence.names import FILES

MEDIA_TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4"}


@extend_schema(tags=["findings"])
class FindingEvidenceView(APIView):
    @extend_schema(
        operation_id="findings_evidence_make",
        request=None,
        responses={202: EvidenceSerializer, 409: ErrorSerializer},
    )
    def post(self, request: Request, id: int, finding_id: int) -> Response:
        """Makes its pictures and its clip, again if they are there."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        row = evidence_request(finding_get(project, finding_id), by=user)
        return Response(EvidenceSerializer(evidence_data(row)).data, status=202)


class FindingEvidenceFileView(AsyncAPIView):
    async def head(self, request: Request, id: int, finding_id: int, name: str) -> HttpResponseBase:
        return await self.send(request, id, finding_id, name)

    @file_schema("findings_evidence_file", *MEDIA_TYPES.values())
    async def get(self, request: Request, id: int, finding_id: int, name: str) -> HttpResponseBase:
        """One of its files."""
        return await self.send(request, id, finding_id, name)

    async def send(self, request: Request, id: int, finding_id: int, name: str) -> HttpResponseBase:
        finding = await sync_to_async(self.find)(request, id, finding_id, name)
        path = finding_folder(finding.project_id, finding.pk) / name
        return await picture_response(request, path, MEDIA_TYPES[path.suffix])

    def find(self, request: Request, id: int, finding_id: int, name: str) -> Finding:
        project = project_get_for(user=person_of(request), id=id)
        finding = finding_get(project, finding_id)
        # Only names that we made lead to a path.
        evidence_file(finding, name if name in FILES else "")
        return finding


class InspectionExportView(AsyncAPIView):
    async def send(
        self,
        request: Request,
        id: int,
        make: Callable[[Project], Iterator[str]],
        *,
        content_type: str,
        suffix: str,
    ) -> HttpResponseBase:
        project = await sync_to_async(project_get_for)(user=person_of(request), id=id)
        response = StreamingHttpResponse(streamed(make(project)), content_type=content_type)
        filename = f"{project.name}-{suffix}".replace("/", "_")
        response["Content-Disposition"] = content_disposition_header(True, filename)
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


@extend_schema(tags=["inspection"])
class InspectionJsonView(InspectionExportView):
    @extend_schema(
        operation_id="inspection_export_json",
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """The vibration report with ids, corrections and reviews."""
        return await self.send(
            request, id, json_pieces, content_type="application/json", suffix="inspection.json"
        )


class InspectionCsvView(InspectionExportView):
    async def send_csv(
        self, request: Request, id: int, make: Callable[[Project], Iterator[str]], name: str
    ) -> HttpResponseBase:
        return await self.send(
            request, id, make, content_type="text/csv; charset=utf-8", suffix=f"{name}.csv"
        )


def csv_schema(operation_id: str) -> Callable[[Any], Any]:
    return extend_schema(
        operation_id=operation_id,
        tags=["inspection"],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )


class InsertionsCsvView(InspectionCsvView):
    @csv_schema("inspection_export_insertions")
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """A line for each insertion."""
        return await self.send_csv(request, id, insertion_pieces, "insertions")


class FindingsCsvView(InspectionCsvView):
    @csv_schema("inspection_export_findings")
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """A line for each finding, also those that a later computation no longer gives."""
        return await self.send_csv(request, id, finding_pieces, "findings")


class CoverageCsvView(InspectionCsvView):
    @csv_schema("inspection_export_coverage")
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """A line for each cell of the pour: its middle in metres, what is known, its dose."""
        return await self.send_csv(request, id, coverage_pieces, "coverage")


class TracksCsvView(InspectionCsvView):
    @csv_schema("inspection_export_tracks")
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """A line for each time that a person or a poker was in sight."""
        return await self.send_csv(request, id, track_pieces, "tracks")
