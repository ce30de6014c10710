"""Videos and their files."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.common.async_views import AsyncAPIView
from apps.common.errors import NotFound
from apps.common.filters import IdFilter
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.projects.api.files import file_response
from apps.projects.models import MemberRole, Playback, Video, VideoState
from apps.projects.selectors.videos import video_get_for, videos_visible_to
from apps.projects.serializers import VideoSerializer
from apps.projects.services.videos import video_delete
from apps.projects.storage import ORIGINAL, PROXY, THUMBNAIL, video_path

# What browsers take; they play QuickTime files only under the name of their twin.
MEDIA_TYPES = {"mp4": "video/mp4", "mov": "video/mp4", "webm": "video/webm"}
OTHER_MEDIA_TYPE = "application/octet-stream"


class VideoFilter(filters.FilterSet):
    # By number, not by choice: whether a stranger's project exists must not show.
    project = IdFilter(field_name="project_id")
    state = filters.ChoiceFilter(choices=VideoState.choices)


@extend_schema(tags=["videos"])
@extend_schema_view(get=extend_schema(operation_id="videos_list"))
class VideosView(generics.ListAPIView[Video]):
    queryset = Video.objects.none()
    serializer_class = VideoSerializer
    filterset_class = VideoFilter
    search_fields = ("filename",)
    ordering_fields = ("created_at", "filename", "size_bytes", "duration_seconds")

    def get_queryset(self) -> QuerySet[Video]:
        return videos_visible_to(person_of(self.request))


@extend_schema(tags=["videos"])
class VideoView(APIView):
    @extend_schema(operation_id="videos_get", responses=VideoSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(VideoSerializer(video_get_for(user=person_of(request), id=id)).data)

    @extend_schema(
        operation_id="videos_delete",
        responses={**NO_CONTENT, (409, "application/json"): ErrorSerializer},
    )
    def delete(self, request: Request, id: int) -> Response:
        """With its files and everything that was found in it."""
        video_delete(video_get_for(user=person_of(request), id=id, role=MemberRole.OPERATOR))
        return Response(status=204)


def file_schema(operation_id: str, *media_types: str) -> Any:
    """How the operations that send a file describe themselves."""
    content = {
        (status, media_type): OpenApiTypes.BINARY
        for status in (200, 206)
        for media_type in media_types
    }
    return extend_schema(
        tags=["videos"],
        operation_id=operation_id,
        parameters=[
            OpenApiParameter("Range", str, OpenApiParameter.HEADER),
            OpenApiParameter("If-Range", str, OpenApiParameter.HEADER),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER),
        ],
        responses={
            **content,
            304: OpenApiResponse(description="Not modified"),
            (416, "application/json"): ErrorSerializer,
        },
    )


class VideoFileView(AsyncAPIView):
    """Sends one of a video's files."""

    async def head(self, request: Request, id: int) -> HttpResponseBase:
        return await self.send(request, id)

    async def send(self, request: Request, id: int) -> HttpResponseBase:
        video = await sync_to_async(video_get_for)(user=person_of(request), id=id)
        name, content_type = self.choose(video)
        if settings.ACCEL_REDIRECT_PREFIX:
            location = f"{settings.ACCEL_REDIRECT_PREFIX.rstrip('/')}/{video.folder}/{name}"
            response: HttpResponseBase = HttpResponse(
                content_type=content_type, headers={"X-Accel-Redirect": quote(location)}
            )
        else:
            path: Path = video_path(video.folder, name)
            response = await file_response(request, path, content_type=content_type)
        response["Cache-Control"] = "private, no-cache"
        response["X-Content-Type-Options"] = "nosniff"
        if disposition := self.disposition(video):
            response["Content-Disposition"] = disposition
        return response

    def choose(self, video: Video) -> tuple[str, str]:
        """The file's name in the video's folder, and its media type."""
        raise NotImplementedError

    def disposition(self, video: Video) -> str | None:
        return None


class VideoMediaView(VideoFileView):
    @file_schema("videos_media", *sorted({*MEDIA_TYPES.values(), OTHER_MEDIA_TYPE}))
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """What a browser can play."""
        return await self.send(request, id)

    def choose(self, video: Video) -> tuple[str, str]:
        if video.playback == Playback.ORIGINAL:
            return ORIGINAL, MEDIA_TYPES.get(video.container, OTHER_MEDIA_TYPE)
        if video.playback == Playback.PROXY:
            return PROXY, "video/mp4"
        raise NotFound("There is nothing yet that a browser could play.", code="video_not_playable")


class VideoOriginalView(VideoFileView):
    @file_schema("videos_original", OTHER_MEDIA_TYPE)
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """The file as it came, as a download."""
        return await self.send(request, id)

    def choose(self, video: Video) -> tuple[str, str]:
        return ORIGINAL, OTHER_MEDIA_TYPE

    def disposition(self, video: Video) -> str | None:
        return content_disposition_header(True, video.filename)


class VideoThumbnailView(VideoFileView):
    @file_schema("videos_thumbnail", "image/jpeg")
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """A small picture from the video."""
        return await self.send(request, id)

    def choose(self, video: Video) -> tuple[str, str]:
        if not video.has_thumbnail:
            raise NotFound("The video has no picture (yet).")
        return THUMBNAIL, "image/jpeg"
