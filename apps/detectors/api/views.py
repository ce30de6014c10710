"""The registry of detectors: looked at, changed, exported."""

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.common.async_views import AsyncAPIView
from apps.common.errors import NotFound
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.detectors.api.imports import import_start
from apps.detectors.api.permissions import ReadsOrIsEngineer
from apps.detectors.api.requests import DetectorImportRequestSerializer, DetectorUpdateSerializer
from apps.detectors.api.serializers import (
    DetectorExportSerializer,
    DetectorImportSerializer,
    DetectorSerializer,
    job_error,
)
from apps.detectors.models import Detector, DetectorExport, DetectorState, Purpose
from apps.detectors.selectors import detector_get, detectors_all
from apps.detectors.services.exports import export_start
from apps.detectors.services.registry import (
    detector_delete,
    detector_restore,
    detector_retire,
    detector_update,
)
from apps.detectors.storage import export_path
from apps.projects.api.files import file_response

CONFLICT = {(409, "application/json"): ErrorSerializer}


class DetectorFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=DetectorState.choices)
    purpose = filters.ChoiceFilter(choices=Purpose.choices)


@extend_schema(tags=["detectors"])
@extend_schema_view(get=extend_schema(operation_id="detectors_list"))
class DetectorsView(generics.ListAPIView[Detector]):
    queryset = Detector.objects.none()
    serializer_class = DetectorSerializer
    permission_classes = (ReadsOrIsEngineer,)
    filterset_class = DetectorFilter
    search_fields = ("name", "origin")
    ordering_fields = ("name", "created_at", "state", "kind")

    def get_queryset(self) -> QuerySet[Detector]:
        return detectors_all().select_related("created_by")

    @extend_schema(
        operation_id="detectors_import",
        request=DetectorImportRequestSerializer,
        responses={202: DetectorImportSerializer, 404: ErrorSerializer, **CONFLICT},
    )
    def post(self, request: Request) -> Response:
        """Import a detector. It is tried before it is registered."""
        serializer = DetectorImportRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        found = import_start(serializer, by=person_of(request))
        return Response(DetectorImportSerializer(found).data, status=202)


@extend_schema(tags=["detectors"])
class DetectorView(APIView):
    permission_classes = (ReadsOrIsEngineer,)

    @extend_schema(operation_id="detectors_get", responses=DetectorSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(DetectorSerializer(detector_get(id)).data)

    @extend_schema(
        operation_id="detectors_update",
        request=DetectorUpdateSerializer,
        responses={200: DetectorSerializer, **CONFLICT},
    )
    def patch(self, request: Request, id: int) -> Response:
        """Runs keep the settings that they began with."""
        detector = detector_get(id)
        serializer = DetectorUpdateSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(
            DetectorSerializer(detector_update(detector, **serializer.validated_data)).data
        )

    @extend_schema(operation_id="detectors_delete", responses={**NO_CONTENT, **CONFLICT})
    def delete(self, request: Request, id: int) -> Response:
        """Only of one that no run has used; others are retired."""
        detector_delete(detector_get(id))
        return Response(status=204)


@extend_schema(tags=["detectors"])
class DetectorRetireView(APIView):
    permission_classes = (ReadsOrIsEngineer,)

    @extend_schema(
        operation_id="detectors_retire",
        request=None,
        responses={200: DetectorSerializer, **CONFLICT},
    )
    def post(self, request: Request, id: int) -> Response:
        """No new run can use it; its results stay."""
        return Response(DetectorSerializer(detector_retire(detector_get(id))).data)


@extend_schema(tags=["detectors"])
class DetectorRestoreView(APIView):
    permission_classes = (ReadsOrIsEngineer,)

    @extend_schema(
        operation_id="detectors_restore",
        request=None,
        responses={200: DetectorSerializer, **CONFLICT},
    )
    def post(self, request: Request, id: int) -> Response:
        """Takes a retired one into use again."""
        return Response(DetectorSerializer(detector_restore(detector_get(id))).data)


@extend_schema(tags=["detectors"])
class DetectorExportView(APIView):
    permission_classes = (ReadsOrIsEngineer,)

    @extend_schema(operation_id="detectors_export_get", responses=DetectorExportSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(_export_data(detector_get(id)))

    @extend_schema(
        operation_id="detectors_export",
        request=None,
        responses={202: DetectorExportSerializer, **CONFLICT},
    )
    def post(self, request: Request, id: int) -> Response:
        """Makes the ONNX form."""
        detector = detector_get(id)
        export_start(detector, by=person_of(request))
        return Response(_export_data(detector), status=202)


def _export_data(detector: Detector) -> dict[str, object]:
    found = DetectorExport.objects.filter(detector=detector).select_related("job").first()
    has_file = found is not None and bool(found.file)
    return {
        "state": found.job.state if found else "none",
        "progress": found.job.progress if found else 0.0,
        "error": job_error(found.job) if found else None,
        "size_bytes": found.size_bytes if found else None,
        "sha256": (found.sha256 or None) if found else None,
        "file_url": reverse("detector-export-file", args=[detector.pk]) if has_file else None,
    }


class DetectorExportFileView(AsyncAPIView):
    @extend_schema(
        tags=["detectors"],
        operation_id="detectors_export_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """The ONNX file, as a download."""
        name, file = await sync_to_async(self._find)(id)
        response = await file_response(
            request, export_path(file), content_type="application/octet-stream"
        )
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.onnx") or ""
        return response

    def _find(self, id: int) -> tuple[str, str]:
        detector = detector_get(id)
        found = DetectorExport.objects.filter(detector=detector).exclude(file="").first()
        if found is None:
            raise NotFound("This detector was not exported (yet).")
        return detector.name, found.file
