"""How detectors come in: files, imports, the catalogue."""

from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.accounts.permissions import IsEngineer
from apps.accounts.requests import person_of
from apps.common.async_views import AsyncAPIView
from apps.common.bodies import body_pieces
from apps.common.errors import Invalid, NotFound
from apps.common.parsers import UnreadParser
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.common.texts import filename_clean
from apps.detectors.api.requests import DetectorImportRequestSerializer, FileQuerySerializer
from apps.detectors.api.serializers import (
    CatalogueEntrySerializer,
    DetectorImportSerializer,
    ReceivedFileSerializer,
)
from apps.detectors.catalogue import catalogue
from apps.detectors.models import DetectorImport, ImportSource
from apps.detectors.services.imports import (
    import_cancel,
    import_from_catalogue,
    import_from_file,
    import_from_url,
)
from apps.detectors.services.receiving import file_receive

OCTETS = "application/octet-stream"


def import_start(request: DetectorImportRequestSerializer, *, by: User) -> DetectorImport:
    """What the validated request asks for."""
    words, wishes = request.validated_data, request.wishes()
    source = ImportSource(words["source"])
    if source == ImportSource.URL:
        return import_from_url(by=by, wishes=wishes, url=words["url"], sha256=words["sha256"])
    if source == ImportSource.CATALOGUE:
        digests = words.get("digests", {})
        return import_from_catalogue(by=by, wishes=wishes, entry=words["entry"], digests=digests)
    return import_from_file(
        by=by,
        wishes=wishes,
        file=words["file"],
        is_archive=source == ImportSource.ARCHIVE,
    )


@extend_schema(tags=["detectors"])
@extend_schema_view(get=extend_schema(operation_id="detectors_imports_list"))
class ImportsView(generics.ListAPIView[DetectorImport]):
    """Newest first."""

    queryset = DetectorImport.objects.none()
    serializer_class = DetectorImportSerializer
    permission_classes = (IsEngineer,)
    filter_backends = ()

    def get_queryset(self) -> QuerySet[DetectorImport]:
        return DetectorImport.objects.select_related("job", "created_by")


@extend_schema(tags=["detectors"])
class ImportView(APIView):
    permission_classes = (IsEngineer,)

    @extend_schema(operation_id="detectors_imports_get", responses=DetectorImportSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(DetectorImportSerializer(self._find(id)).data)

    @extend_schema(operation_id="detectors_imports_cancel", responses=NO_CONTENT)
    def delete(self, request: Request, id: int) -> Response:
        """Stops one that is going on, forgets one that has ended."""
        import_cancel(self._find(id))
        return Response(status=204)

    def _find(self, id: int) -> DetectorImport:
        found = DetectorImport.objects.select_related("job", "created_by").filter(pk=id).first()
        if found is None:
            raise NotFound("There is no such import.")
        return found


@extend_schema(tags=["detectors"])
class CatalogueView(APIView):
    @extend_schema(
        operation_id="detectors_catalogue", responses=CatalogueEntrySerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Well-known detectors under permissive licences."""
        return Response(CatalogueEntrySerializer(list(catalogue()), many=True).data)


class FilesView(AsyncAPIView):
    """Files on their way into the registry."""

    permission_classes = (IsEngineer,)
    parser_classes = (UnreadParser,)

    @extend_schema(
        tags=["detectors"],
        operation_id="detectors_files_send",
        parameters=[OpenApiParameter("filename", str, required=True)],
        request={OCTETS: bytes},
        responses={
            201: ReceivedFileSerializer,
            (408, "application/json"): ErrorSerializer,
            (413, "application/json"): ErrorSerializer,
            (507, "application/json"): ErrorSerializer,
        },
    )
    async def post(self, request: Request) -> Response:
        """The body is the file; it is kept for a day."""
        query: Any = FileQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        length = request.headers.get("Content-Length") or ""
        if length and not (length.isascii() and length.isdigit() and len(length) < 16):
            raise Invalid("Content-Length must be a number.")
        received = await file_receive(
            owner=await sync_to_async(person_of)(request),
            filename=filename_clean(query.validated_data["filename"]),
            length=int(length) if length else None,
            pieces=body_pieces(request._request),
        )
        return Response(ReceivedFileSerializer(received).data, status=201)
