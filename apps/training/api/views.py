"""Trainings, for engineers."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.permissions import IsEngineer
from apps.accounts.requests import person_of
from apps.analysis.api.requests import query_of
from apps.common.errors import Invalid
from apps.common.pagination import PageNumberPagination
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.datasets.selectors.datasets import version_find
from apps.detectors.models import Detector
from apps.training.api.serializers import (
    PointsQuerySerializer,
    TrainingDetailSerializer,
    TrainingsQuerySerializer,
    TrainingStartSerializer,
)
from apps.training.selectors import points_after, training_get, trainings_all
from apps.training.serializers import TrainingSerializer
from apps.training.services import (
    training_cancel,
    training_delete,
    training_resume,
    training_start,
)

CONFLICT = {409: ErrorSerializer}


@extend_schema(tags=["trainings"])
class TrainingsView(APIView):
    permission_classes = (IsEngineer,)
    pagination_class = PageNumberPagination

    @extend_schema(
        operation_id="trainings_list",
        parameters=[TrainingsQuerySerializer],
        responses=TrainingSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The newest first."""
        query = query_of(TrainingsQuerySerializer, request.query_params)
        trainings = trainings_all()
        if "dataset" in query:
            trainings = trainings.filter(version__dataset=query["dataset"])
        if "state" in query:
            trainings = trainings.filter(job__state=query["state"])
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(trainings, request, view=self)
        return paginator.get_paginated_response(TrainingSerializer(page, many=True).data)

    @extend_schema(
        operation_id="trainings_start",
        request=TrainingStartSerializer,
        responses={202: TrainingSerializer, **CONFLICT},
    )
    def post(self, request: Request) -> Response:
        """What comes of it is registered as a candidate."""
        serializer = TrainingStartSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words = dict(serializer.validated_data)
        version = version_find(words.pop("version"))
        base_id = words.pop("base", None)
        base = Detector.objects.filter(pk=base_id).first() if base_id else None
        if base_id and base is None:
            message = "There is no such detector."
            raise Invalid(message, fields={"base": [message]})
        if "image_size" in words:
            words["input_size"] = words.pop("image_size")
        training = training_start(
            name=words.pop("name"),
            version=version,
            base=base,
            classes=words.pop("classes", None),
            wishes=words,
            by=person_of(request),
        )
        return Response(TrainingSerializer(training_get(training.pk)).data, status=202)


@extend_schema(tags=["trainings"])
class TrainingView(APIView):
    permission_classes = (IsEngineer,)

    @extend_schema(
        operation_id="trainings_get",
        parameters=[PointsQuerySerializer],
        responses=TrainingDetailSerializer,
    )
    def get(self, request: Request, id: int) -> Response:
        """With the points of its curves after the one that is named."""
        query = query_of(PointsQuerySerializer, request.query_params)
        training = training_get(id)
        context = {"points": points_after(training, query["after"])}
        return Response(TrainingDetailSerializer(training, context=context).data)

    @extend_schema(operation_id="trainings_delete", responses={**NO_CONTENT, **CONFLICT})
    def delete(self, request: Request, id: int) -> Response:
        """With its checkpoint; the detector that came of it stays."""
        training_delete(training_get(id))
        return Response(status=204)


@extend_schema(tags=["trainings"])
class TrainingCancelView(APIView):
    permission_classes = (IsEngineer,)

    @extend_schema(
        operation_id="trainings_cancel",
        request=None,
        responses={202: TrainingSerializer, **CONFLICT},
    )
    def post(self, request: Request, id: int) -> Response:
        """Its last checkpoint stays."""
        return Response(TrainingSerializer(training_cancel(training_get(id))).data, status=202)


@extend_schema(tags=["trainings"])
class TrainingResumeView(APIView):
    permission_classes = (IsEngineer,)

    @extend_schema(
        operation_id="trainings_resume",
        request=None,
        responses={202: TrainingSerializer, **CONFLICT},
    )
    def post(self, request: Request, id: int) -> Response:
        """Go on from the last checkpoint of one that failed or was cancelled."""
        training_resume(training_get(id), by=person_of(request))
        return Response(TrainingSerializer(training_get(id)).data, status=202)
