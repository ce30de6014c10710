"""Plans, overlays and stills as pictures."""

import asyncio
from pathlib import Path

from asgiref.sync import sync_to_async
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from apps.accounts.requests import person_of
from apps.analysis.api.requests import query_of
from apps.common.async_views import AsyncAPIView
from apps.common.schema import ErrorSerializer
from apps.evidence.api.serializers import (
    OverlayQuerySerializer,
    PlanQuerySerializer,
    StillQuerySerializer,
)
from apps.evidence.drawings import (
    Wanted,
    overlay_wanted,
    picture_make,
    plan_wanted,
    still_wanted,
)
from apps.projects.api.files import file_response
from apps.projects.models import Project
from apps.projects.selectors import project_get_for
from apps.projects.selectors.videos import video_get_for

SVG, PNG, JPEG = "image/svg+xml", "image/png", "image/jpeg"


async def picture_response(request: Request, path: Path, content_type: str) -> HttpResponseBase:
    """A file of ours, asked for again only when it has changed."""
    response = await file_response(request, path, content_type=content_type)
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    # An SVG opened by itself is a page: nothing in it may run or load.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


async def drawn_response(request: Request, wanted: Wanted, content_type: str) -> HttpResponseBase:
    """A picture that is made while the client waits, in a thread that holds up nobody else."""
    path = await asyncio.to_thread(picture_make, wanted)
    return await picture_response(request, path, content_type)


def picture_schema(operation_id: str, content_type: str, query: type, tag: str) -> object:
    """How the operations that draw describe themselves."""
    return extend_schema(
        tags=[tag],
        operation_id=operation_id,
        parameters=[query, OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)],
        responses={
            (200, content_type): OpenApiTypes.BINARY,
            (206, content_type): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="Not modified"),
            (409, "application/json"): ErrorSerializer,
            (416, "application/json"): ErrorSerializer,
        },
    )


class PlanView(AsyncAPIView):
    suffix = ""
    content_type = ""

    async def send(self, request: Request, id: int) -> HttpResponseBase:
        project = await _project(request, id)
        query = query_of(PlanQuerySerializer, request.query_params)
        wanted = await sync_to_async(plan_wanted)(project, **query, suffix=self.suffix)
        return await drawn_response(request, wanted, self.content_type)


class PlanSvgView(PlanView):
    suffix, content_type = "svg", SVG

    @picture_schema("inspection_plan_svg", SVG, PlanQuerySerializer, "inspection")  # type: ignore[operator]
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """The plan of a lift; texts are outlines, so that it needs no font."""
        return await self.send(request, id)


class PlanPngView(PlanView):
    suffix, content_type = "png", PNG

    @picture_schema("inspection_plan_png", PNG, PlanQuerySerializer, "inspection")  # type: ignore[operator]
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """The plan of a lift as a picture."""
        return await self.send(request, id)


class OverlayView(AsyncAPIView):
    @picture_schema("inspection_overlay", PNG, OverlayQuerySerializer, "inspection")  # type: ignore[operator]
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """The plan laid over the frame of a video at a time."""
        project = await _project(request, id)
        query = query_of(OverlayQuerySerializer, request.query_params)
        wanted = await sync_to_async(overlay_wanted)(project, **query)
        return await drawn_response(request, wanted, PNG)


class StillView(AsyncAPIView):
    @picture_schema("videos_still", JPEG, StillQuerySerializer, "videos")  # type: ignore[operator]
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """The frame shown at a time, upright and in its own size."""
        video = await sync_to_async(video_get_for)(user=person_of(request), id=id)
        query = query_of(StillQuerySerializer, request.query_params)
        return await drawn_response(request, still_wanted(video, query["seconds"]), JPEG)


async def _project(request: Request, id: int) -> Project:
    return await sync_to_async(project_get_for)(user=person_of(request), id=id)
