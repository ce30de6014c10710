"""Evaluation sets, evaluations, comparisons and promotions."""

import mimetypes

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.permissions import IsEngineer
from apps.accounts.requests import person_of
from apps.common.async_views import AsyncAPIView
from apps.common.filters import IdFilter
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.datasets.models import Split
from apps.datasets.selectors.datasets import version_find
from apps.datasets.services.judging import evaluation_set_of_version
from apps.detectors.api.permissions import ReadsOrIsEngineer
from apps.detectors.api.requests import (
    ActivateSerializer,
    ComparisonQuerySerializer,
    EvaluationRequestSerializer,
    EvaluationSetRequestSerializer,
    EvaluationSetUpdateSerializer,
    PictureQuerySerializer,
)
from apps.detectors.api.serializers import (
    ComparisonSerializer,
    EvaluationDetailSerializer,
    EvaluationSerializer,
    EvaluationSetSerializer,
    PromotionSerializer,
)
from apps.detectors.models import Evaluation, EvaluationSet, Promotion, Purpose
from apps.detectors.selectors import detector_get
from apps.detectors.selectors.judging import (
    comparison_make,
    evaluation_get,
    evaluation_set_get,
    evaluation_sets_all,
    evaluations_all,
    picture_path,
    promotions_all,
)
from apps.detectors.services.evaluations import evaluation_delete, evaluation_start
from apps.detectors.services.promotion import detector_activate, detector_back
from apps.detectors.services.sets import (
    evaluation_set_create,
    evaluation_set_delete,
    evaluation_set_gate,
)
from apps.projects.api.files import file_response

CONFLICT = {(409, "application/json"): ErrorSerializer}
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/bmp", "image/gif", "image/avif")


@extend_schema(tags=["judging"])
@extend_schema_view(get=extend_schema(operation_id="evaluation_sets_list"))
class SetsView(generics.ListAPIView[EvaluationSet]):
    queryset = EvaluationSet.objects.none()
    serializer_class = EvaluationSetSerializer
    permission_classes = (ReadsOrIsEngineer,)
    filter_backends = ()

    def get_queryset(self) -> QuerySet[EvaluationSet]:
        return evaluation_sets_all()

    @extend_schema(
        operation_id="evaluation_sets_create",
        request=EvaluationSetRequestSerializer,
        responses={202: EvaluationSetSerializer, 404: ErrorSerializer, **CONFLICT},
    )
    def post(self, request: Request) -> Response:
        """From an archive with one COCO file and its pictures, or from a version of a dataset."""
        serializer = EvaluationSetRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words = {"label_map": {}, **serializer.validated_data}
        if "version" in words:
            words = {"split": Split.TEST, **words, "version": version_find(words["version"])}
            found = evaluation_set_of_version(by=person_of(request), **words)
        else:
            found = evaluation_set_create(by=person_of(request), **words)
        return Response(EvaluationSetSerializer(found).data, status=202)


@extend_schema(tags=["judging"])
class SetView(APIView):
    permission_classes = (ReadsOrIsEngineer,)

    @extend_schema(operation_id="evaluation_sets_get", responses=EvaluationSetSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(EvaluationSetSerializer(evaluation_set_get(id)).data)

    @extend_schema(
        operation_id="evaluation_sets_update",
        request=EvaluationSetUpdateSerializer,
        responses={200: EvaluationSetSerializer, **CONFLICT},
    )
    def patch(self, request: Request, id: int) -> Response:
        """Lets promotions for its purpose be decided by this set."""
        found = evaluation_set_get(id)
        serializer = EvaluationSetUpdateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        found = evaluation_set_gate(found, **serializer.validated_data)
        return Response(EvaluationSetSerializer(found).data)

    @extend_schema(operation_id="evaluation_sets_delete", responses={**NO_CONTENT, **CONFLICT})
    def delete(self, request: Request, id: int) -> Response:
        """With the evaluations made on it."""
        evaluation_set_delete(evaluation_set_get(id))
        return Response(status=204)


class SetPictureView(AsyncAPIView):
    """For engineers, as the pictures of datasets are: they may be frames of anybody's project."""

    permission_classes = (IsEngineer,)

    @extend_schema(
        tags=["judging"],
        operation_id="evaluation_sets_picture",
        parameters=[PictureQuerySerializer],
        responses={(200, media): OpenApiTypes.BINARY for media in PICTURE_TYPES},
    )
    async def get(self, request: Request, id: int) -> HttpResponseBase:
        """One of its pictures."""
        query = PictureQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        image = query.validated_data["image"]
        path = await sync_to_async(lambda: picture_path(evaluation_set_get(id), image))()
        guessed = mimetypes.guess_type(path.name)[0] or ""
        media = guessed if guessed in PICTURE_TYPES else PICTURE_TYPES[0]
        response = await file_response(request, path, content_type=media)
        response["Cache-Control"] = "private, max-age=86400"
        response["X-Content-Type-Options"] = "nosniff"
        return response


class EvaluationFilter(filters.FilterSet):
    detector = IdFilter(field_name="detector_id")
    evaluation_set = IdFilter(field_name="evaluation_set_id")


@extend_schema(tags=["judging"])
@extend_schema_view(get=extend_schema(operation_id="evaluations_list"))
class EvaluationsView(generics.ListAPIView[Evaluation]):
    """Newest first."""

    queryset = Evaluation.objects.none()
    serializer_class = EvaluationSerializer
    permission_classes = (ReadsOrIsEngineer,)
    filterset_class = EvaluationFilter
    filter_backends = (filters.DjangoFilterBackend,)

    def get_queryset(self) -> QuerySet[Evaluation]:
        return evaluations_all()

    @extend_schema(
        operation_id="evaluations_create",
        request=EvaluationRequestSerializer,
        responses={202: EvaluationSerializer, 404: ErrorSerializer, **CONFLICT},
    )
    def post(self, request: Request) -> Response:
        serializer = EvaluationRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words = serializer.validated_data
        found = evaluation_start(
            detector=detector_get(words["detector"]),
            on=evaluation_set_get(words["evaluation_set"]),
            by=person_of(request),
        )
        return Response(EvaluationSerializer(found).data, status=202)


@extend_schema(tags=["judging"])
class EvaluationView(APIView):
    permission_classes = (ReadsOrIsEngineer,)

    @extend_schema(operation_id="evaluations_get", responses=EvaluationDetailSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(EvaluationDetailSerializer(evaluation_get(id)).data)

    @extend_schema(operation_id="evaluations_delete", responses=NO_CONTENT)
    def delete(self, request: Request, id: int) -> Response:
        """Cancels one that is going on, removes one that has ended."""
        evaluation_delete(evaluation_get(id))
        return Response(status=204)


@extend_schema(tags=["judging"])
class ComparisonView(APIView):
    @extend_schema(
        operation_id="evaluations_compare",
        parameters=[ComparisonQuerySerializer],
        responses={200: ComparisonSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        """Two evaluations on the same set, side by side."""
        query = ComparisonQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        words = query.validated_data
        comparison = comparison_make(
            evaluation_get(words["candidate"]), evaluation_get(words["active"])
        )
        return Response(ComparisonSerializer(comparison).data)


@extend_schema(tags=["judging"])
class DetectorActivateView(APIView):
    permission_classes = (ReadsOrIsEngineer,)

    @extend_schema(
        operation_id="detectors_activate",
        request=ActivateSerializer,
        responses={200: PromotionSerializer, **CONFLICT},
    )
    def post(self, request: Request, id: int) -> Response:
        """Makes it the active one of its purpose, if the gate lets it through."""
        serializer = ActivateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        promotion = detector_activate(
            detector_get(id), by=person_of(request), reason=serializer.validated_data["reason"]
        )
        return Response(PromotionSerializer(promotion).data)


@extend_schema(tags=["judging"])
class DetectorBackView(APIView):
    permission_classes = (ReadsOrIsEngineer,)

    @extend_schema(
        operation_id="detectors_back",
        request=None,
        responses={200: PromotionSerializer, **CONFLICT},
    )
    def post(self, request: Request, id: int) -> Response:
        """Puts the one before it back in its place."""
        promotion = detector_back(detector_get(id), by=person_of(request))
        return Response(PromotionSerializer(promotion).data)


class PromotionFilter(filters.FilterSet):
    purpose = filters.ChoiceFilter(choices=Purpose.choices)


@extend_schema(tags=["judging"])
@extend_schema_view(get=extend_schema(operation_id="promotions_list"))
class PromotionsView(generics.ListAPIView[Promotion]):
    """Newest first."""

    queryset = Promotion.objects.none()
    serializer_class = PromotionSerializer
    filterset_class = PromotionFilter
    filter_backends = (filters.DjangoFilterBackend,)

    def get_queryset(self) -> QuerySet[Promotion]:
        return promotions_all()
