"""Runs as downloads, streamed while they are read from the database."""

from collections.abc import Iterator
from typing import Protocol

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.accounts.requests import person_of
from apps.analysis.api.requests import ExportQuerySerializer, query_of
from apps.analysis.exports import coco_pieces, csv_pieces
from apps.analysis.models import Run
from apps.analysis.selectors import run_get_for
from apps.common.async_views import AsyncAPIView
from apps.common.streaming import streamed


class Pieces(Protocol):
    def __call__(self, run: Run, *, video: int | None) -> Iterator[str]: ...


class RunExportView(AsyncAPIView):
    """Sends the pieces that a format makes of a run."""

    async def send(
        self, request: Request, id: int, make: Pieces, *, content_type: str, suffix: str
    ) -> HttpResponseBase:
        query = query_of(ExportQuerySerializer, request.query_params)
        run = await sync_to_async(run_get_for)(user=person_of(request), id=id)
        pieces = make(run, video=query.get("video"))
        response = StreamingHttpResponse(streamed(pieces), content_type=content_type)
        filename = f"{run.project.name}-run-{run.pk}.{suffix}".replace("/", "_")
        response["Content-Disposition"] = content_disposition_header(True, filename)
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


@extend_schema(tags=["runs"], parameters=[ExportQuerySerializer])
class RunCocoView(RunExportView):
    @extend_schema(
        operation_id="runs_export_coco",
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """COCO JSON: an image for each analysed frame."""
        return await self.send(
            request, id, coco_pieces, content_type="application/json", suffix="coco.json"
        )


@extend_schema(tags=["runs"], parameters=[ExportQuerySerializer])
class RunCsvView(RunExportView):
    @extend_schema(operation_id="runs_export_csv", responses={(200, "text/csv"): OpenApiTypes.STR})
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """A line for each object, and one for each frame without any."""
        return await self.send(
            request, id, csv_pieces, content_type="text/csv; charset=utf-8", suffix="csv"
        )
