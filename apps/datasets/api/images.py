"""Pictures of a dataset, their labels, and the way out as a file."""

import asyncio
from pathlib import Path

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
from apps.analysis.api.requests import query_of
from apps.common.async_views import AsyncAPIView, uninterrupted
from apps.common.pagination import PageNumberPagination
from apps.common.schema import NO_CONTENT
from apps.common.streaming import streamed
from apps.datasets.api.datasets import CONFLICT, ENGINEERS
from apps.datasets.api.serializers import (
    DatasetImageSerializer,
    ExportQuerySerializer,
    FollowedBoxSerializer,
    FollowQuerySerializer,
    ImageFilterSerializer,
    ImagesQuerySerializer,
    LabelsSerializer,
    NeighboursSerializer,
)
from apps.datasets.exports import export_pieces
from apps.datasets.models import Dataset
from apps.datasets.selectors.datasets import dataset_get, image_get, images_page_of
from apps.datasets.selectors.following import boxes_followed
from apps.datasets.selectors.neighbours import image_neighbours
from apps.datasets.services.images import thumbnail_ensure
from apps.datasets.services.labels import image_delete, image_hold, labels_save
from apps.datasets.storage import image_path
from apps.projects.api.files import file_response
from apps.projects.api.videos import file_schema
from workers.datasets.labels import Box

MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


@extend_schema(tags=["datasets"])
class ImagesView(APIView):
    permission_classes = ENGINEERS
    pagination_class = PageNumberPagination

    @extend_schema(
        operation_id="datasets_images",
        parameters=[ImagesQuerySerializer],
        responses=DatasetImageSerializer(many=True),
    )
    def get(self, request: Request, id: int) -> Response:
        """By video and time."""
        query = query_of(ImagesQuerySerializer, request.query_params)
        images = images_page_of(dataset_get(id), **query)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(images, request, view=self)
        return paginator.get_paginated_response(DatasetImageSerializer(page, many=True).data)


@extend_schema(tags=["datasets"])
class ImageView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(operation_id="datasets_image", responses=DatasetImageSerializer)
    def get(self, request: Request, id: int, image_id: int) -> Response:
        return Response(DatasetImageSerializer(image_get(dataset_get(id), image_id)).data)

    @extend_schema(operation_id="datasets_image_delete", responses=NO_CONTENT)
    def delete(self, request: Request, id: int, image_id: int) -> Response:
        """Versions that have it keep it."""
        image_delete(image_get(dataset_get(id), image_id))
        return Response(status=204)


@extend_schema(tags=["datasets"])
class LabelsView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(
        operation_id="datasets_label",
        request=LabelsSerializer,
        responses={200: DatasetImageSerializer, **CONFLICT},
    )
    def put(self, request: Request, id: int, image_id: int) -> Response:
        """Replace the boxes of a picture that nobody has changed meanwhile."""
        dataset = dataset_get(id)
        serializer = LabelsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words = serializer.validated_data
        words["boxes"] = [Box.from_json(entry) for entry in words["boxes"]]
        image = labels_save(
            image_get(dataset, image_id), classes=dataset.classes, by=person_of(request), **words
        )
        return Response(DatasetImageSerializer(image).data)


@extend_schema(tags=["datasets"])
class HoldView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(operation_id="datasets_hold", request=None, responses=DatasetImageSerializer)
    def post(self, request: Request, id: int, image_id: int) -> Response:
        """Say for a minute that one is at work here; it locks nobody out."""
        image = image_hold(image_get(dataset_get(id), image_id), by=person_of(request))
        return Response(DatasetImageSerializer(image).data)


@extend_schema(tags=["datasets"])
class NeighboursView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(
        operation_id="datasets_neighbours",
        parameters=[ImageFilterSerializer],
        responses=NeighboursSerializer,
    )
    def get(self, request: Request, id: int, image_id: int) -> Response:
        """What comes before and after a picture among those that fit."""
        query = query_of(ImageFilterSerializer, request.query_params)
        dataset = dataset_get(id)
        found = image_neighbours(dataset, image_get(dataset, image_id), **query)
        return Response(NeighboursSerializer(found).data)


@extend_schema(tags=["datasets"])
class FollowedView(APIView):
    permission_classes = ENGINEERS
    pagination_class = None

    @extend_schema(
        operation_id="datasets_followed",
        parameters=[FollowQuerySerializer],
        responses=FollowedBoxSerializer(many=True),
    )
    def get(self, request: Request, id: int, image_id: int) -> Response:
        """The boxes of another picture, where their objects are in this one; nothing is saved."""
        query = query_of(FollowQuerySerializer, request.query_params)
        dataset = dataset_get(id)
        found = boxes_followed(image_get(dataset, query["before"]), image_get(dataset, image_id))
        return Response(FollowedBoxSerializer(found, many=True).data)


class ImageFileView(AsyncAPIView):
    permission_classes = ENGINEERS

    @file_schema("datasets_image_file", *MEDIA_TYPES.values())
    @extend_schema(tags=["datasets"])
    async def get(self, request: Request, id: int, image_id: int) -> HttpResponseBase:
        """The picture as it was taken, upright."""
        dataset = await sync_to_async(dataset_get)(id)
        image = await sync_to_async(image_get)(dataset, image_id)
        path = image_path(dataset.folder, image.file)
        return await picture_response(request, path)


class ThumbnailView(AsyncAPIView):
    permission_classes = ENGINEERS

    @file_schema("datasets_image_thumbnail", "image/jpeg")
    @extend_schema(tags=["datasets"])
    async def get(self, request: Request, id: int, image_id: int) -> HttpResponseBase:
        """A small copy of the picture."""
        dataset = await sync_to_async(dataset_get)(id)
        image = await sync_to_async(image_get)(dataset, image_id)
        path = await uninterrupted(asyncio.to_thread(thumbnail_ensure, dataset.folder, image.file))
        return await picture_response(request, path)


async def picture_response(request: Request, path: Path) -> HttpResponseBase:
    content_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    response = await file_response(request, path, content_type=content_type)
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class ExportView(AsyncAPIView):
    permission_classes = ENGINEERS

    @extend_schema(
        tags=["datasets"],
        operation_id="datasets_export",
        parameters=[ExportQuerySerializer],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """A zip of the labelled pictures and their labels, streamed."""
        query = query_of(ExportQuerySerializer, request.query_params)
        dataset: Dataset = await sync_to_async(dataset_get)(id)
        pieces = await sync_to_async(export_pieces)(
            dataset, form=query["format"], version=query.get("version")
        )
        response = StreamingHttpResponse(streamed(pieces), content_type="application/zip")
        filename = f"{dataset.name}.{query['format']}.zip".replace("/", "_")
        response["Content-Disposition"] = content_disposition_header(True, filename)
        response["Cache-Control"] = "private, no-store"
        return response
