"""tus 1.0.0 below /api/v1/uploads/: resumable uploads, straight to disk."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import http_date
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.requests import person_of
from apps.common.async_views import AsyncAPIView, uninterrupted
from apps.common.bodies import body_pieces
from apps.common.errors import DomainError, Invalid
from apps.common.pagination import PageNumberPagination
from apps.common.patience import outlast
from apps.common.schema import ErrorSerializer
from apps.common.texts import filename_clean
from apps.projects import tus
from apps.projects.models import MemberRole, Upload, Video
from apps.projects.selectors import ProjectNotFound, project_get_for
from apps.projects.selectors.uploads import upload_get_for, upload_offset, uploads_unfinished_of
from apps.projects.services.upload_locks import UploadGone
from apps.projects.services.upload_receiving import ChunkWriter, chunk_begin, chunk_receive
from apps.projects.services.uploads import upload_create, upload_delete, upload_state

# Who sent it is waiting for an answer meanwhile.
GIVE_UP_SECONDS = 5.0

TUS_RESUMABLE = OpenApiParameter(
    "Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=[tus.VERSION]
)
UPLOAD_OFFSET = OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True)
UPLOAD_LENGTH = OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True)
UPLOAD_METADATA = OpenApiParameter(
    "Upload-Metadata",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="`filename` and `project`, each with its value in base64.",
)
UPLOAD_CHECKSUM = OpenApiParameter(
    "Upload-Checksum",
    str,
    OpenApiParameter.HEADER,
    description=f"One of {', '.join(tus.CHECKSUM_ALGORITHMS)} and the digest in base64.",
)


class TusVersionUnsupported(DomainError):
    code = "tus_version_unsupported"
    status = status.HTTP_412_PRECONDITION_FAILED


class ContentTypeWrong(DomainError):
    code = "unsupported_media_type"
    status = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE


class UploadSerializer(serializers.ModelSerializer[Upload]):
    offset_bytes = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = [
            "id",
            "project",
            "filename",
            "size_bytes",
            "offset_bytes",
            "created_at",
            "expires_at",
            "url",
        ]
        read_only_fields = fields

    def get_offset_bytes(self, upload: Upload) -> int:
        return upload_offset(upload.id) or 0

    def get_url(self, upload: Upload) -> str:
        return reverse("upload", args=[upload.id])


class TusView(AsyncAPIView):
    """What every tus answer has in common."""

    def method_name(self, request: HttpRequest) -> str:
        name = super().method_name(request)
        override = request.headers.get("X-HTTP-Method-Override", "").lower()
        if name == "post" and override in {"patch", "delete", "head"}:
            return override
        return name

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        is_tus = request.method not in {"GET", "OPTIONS"}
        if is_tus and request.headers.get("Tus-Resumable") != tus.VERSION:
            raise TusVersionUnsupported(
                f"The header Tus-Resumable must be {tus.VERSION}.",
                headers={"Tus-Version": tus.VERSION},
            )

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = tus.VERSION
        return response

    async def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        return Response(
            status=status.HTTP_204_NO_CONTENT,
            headers={
                "Tus-Version": tus.VERSION,
                "Tus-Extension": tus.EXTENSIONS,
                "Tus-Max-Size": str(settings.UPLOAD_MAX_BYTES),
                "Tus-Checksum-Algorithm": ",".join(tus.CHECKSUM_ALGORITHMS),
            },
        )

    def begin(self, request: Request, upload: Upload, offset: int) -> ChunkWriter:
        """The writer for the request's body, whose bytes belong at `offset`."""
        length = request.headers.get("Content-Length") or None
        return chunk_begin(
            upload,
            offset=offset,
            length=tus.parse_number("Content-Length", length) if length else None,
            checksum=tus.parse_checksum(request.headers.get("Upload-Checksum")),
        )

    async def receive(self, request: Request, writer: ChunkWriter) -> dict[str, str]:
        """Take the request's body; the headers that tell how far the upload is."""
        received = await chunk_receive(writer, body_pieces(request._request))
        headers = {"Upload-Offset": str(received.offset)}
        if received.video is None:
            headers["Upload-Expires"] = http_date(received.expires_at.timestamp())
        else:
            headers["CVD-Video-Id"] = str(received.video.pk)
        return headers


class UploadListView(TusView):
    """Beginning an upload, and one's own unfinished ones."""

    pagination_class = PageNumberPagination

    @extend_schema(
        operation_id="uploads_list",
        tags=["uploads"],
        parameters=[
            OpenApiParameter("project", int),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses={200: UploadSerializer(many=True)},
    )
    async def get(self, request: Request) -> Response:
        return await sync_to_async(self._list)(request)

    def _list(self, request: Request) -> Response:
        uploads: QuerySet[Upload] = uploads_unfinished_of(person_of(request))
        if project := request.query_params.get("project"):
            if not project.isascii() or not project.isdigit() or len(project) > 18:
                raise Invalid("project must be a number.", fields={"project": ["Not a number."]})
            uploads = uploads.filter(project=int(project))
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(uploads, request, view=self)
        return paginator.get_paginated_response(UploadSerializer(page, many=True).data)

    @extend_schema(
        operation_id="uploads_create",
        tags=["uploads"],
        parameters=[TUS_RESUMABLE, UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_CHECKSUM],
        request={tus.CONTENT_TYPE: bytes},
        responses={
            201: OpenApiResponse(description="Made; `Location` is where its bytes go."),
            (408, "application/json"): ErrorSerializer,
            (412, "application/json"): ErrorSerializer,
            (413, "application/json"): ErrorSerializer,
            (415, "application/json"): ErrorSerializer,
            (460, "application/json"): ErrorSerializer,
            (507, "application/json"): ErrorSerializer,
        },
    )
    async def post(self, request: Request) -> Response:
        has_bytes = request.headers.get("Content-Type") == tus.CONTENT_TYPE
        upload = await sync_to_async(self._create)(request)
        headers = {
            "Location": reverse("upload", args=[upload.id]),
            "Upload-Expires": _expires(upload),
        }
        if has_bytes or upload.size_bytes == 0:
            try:
                writer = await uninterrupted(sync_to_async(self.begin)(request, upload, 0))
                headers |= await self.receive(request, writer)
            except Exception:
                # Without an answer that names it, nobody could go on with it.
                await sync_to_async(_give_up)(upload)
                raise
        return Response(status=status.HTTP_201_CREATED, headers=headers)

    def _create(self, request: Request) -> Upload:
        size_bytes = tus.parse_number("Upload-Length", request.headers.get("Upload-Length"))
        header = request.headers.get("Upload-Metadata", "")
        metadata = tus.parse_metadata(header)
        if missing := {"filename", "project"} - metadata.keys():
            raise Invalid(
                "Upload-Metadata must have filename and project.",
                code="tus_metadata_invalid",
                fields={name: ["This is missing."] for name in sorted(missing)},
            )
        return upload_create(
            user=person_of(request),
            project=project_get_for(
                user=person_of(request),
                id=_project_id(metadata["project"]),
                role=MemberRole.OPERATOR,
            ),
            filename=filename_clean(metadata["filename"]),
            size_bytes=size_bytes,
            metadata=header.strip(),
        )


class UploadView(TusView):
    """One upload: where it stands, more of it, or its end."""

    async def head(self, request: Request, id: UUID) -> Response:
        upload, offset, video = await sync_to_async(self._state)(request, id)
        headers = {
            "Cache-Control": "no-store",
            "Upload-Offset": str(offset),
            "Upload-Length": str(upload.size_bytes),
            "Upload-Expires": _expires(upload),
            "Upload-Metadata": upload.metadata,
        }
        if video is not None:
            headers["CVD-Video-Id"] = str(video.pk)
        return Response(headers=headers)

    @extend_schema(
        operation_id="uploads_append",
        tags=["uploads"],
        parameters=[TUS_RESUMABLE, UPLOAD_OFFSET, UPLOAD_CHECKSUM],
        request={tus.CONTENT_TYPE: bytes},
        responses={
            204: OpenApiResponse(description="Taken; `Upload-Offset` tells how much is there."),
            (408, "application/json"): ErrorSerializer,
            (409, "application/json"): ErrorSerializer,
            (410, "application/json"): ErrorSerializer,
            (412, "application/json"): ErrorSerializer,
            (413, "application/json"): ErrorSerializer,
            (415, "application/json"): ErrorSerializer,
            (423, "application/json"): ErrorSerializer,
            (460, "application/json"): ErrorSerializer,
            (507, "application/json"): ErrorSerializer,
        },
    )
    async def patch(self, request: Request, id: UUID) -> Response:
        writer = await uninterrupted(sync_to_async(self._begin)(request, id))
        headers = await self.receive(request, writer)
        return Response(status=status.HTTP_204_NO_CONTENT, headers=headers)

    def _begin(self, request: Request, id: UUID) -> ChunkWriter:
        upload = upload_get_for(user=person_of(request), id=id)
        if request.headers.get("Content-Type") != tus.CONTENT_TYPE:
            raise ContentTypeWrong(f"The Content-Type must be {tus.CONTENT_TYPE}.")
        offset = tus.parse_number("Upload-Offset", request.headers.get("Upload-Offset"))
        return self.begin(request, upload, offset)

    @extend_schema(
        operation_id="uploads_delete",
        tags=["uploads"],
        parameters=[TUS_RESUMABLE],
        responses={
            204: None,
            (410, "application/json"): ErrorSerializer,
            (412, "application/json"): ErrorSerializer,
            (423, "application/json"): ErrorSerializer,
        },
    )
    async def delete(self, request: Request, id: UUID) -> Response:
        await sync_to_async(self._delete)(request, id)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _delete(self, request: Request, id: UUID) -> None:
        upload_delete(upload_get_for(user=person_of(request), id=id))

    def _state(self, request: Request, id: UUID) -> tuple[Upload, int, Video | None]:
        upload = upload_get_for(user=person_of(request), id=id)
        return upload, *upload_state(upload)


def _give_up(upload: Upload) -> None:
    """End an upload that went wrong, perhaps because the database was away for a moment."""
    with suppress(UploadGone):  # it has become a video all the same
        outlast(lambda: upload_delete(upload), patience_seconds=GIVE_UP_SECONDS)


def _expires(upload: Upload) -> str:
    return http_date(upload.expires_at.timestamp())


def _project_id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ProjectNotFound
    return int(text)
