"""Datasets, their numbers, splits, versions and long work."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.permissions import IsEngineer
from apps.accounts.requests import person_of
from apps.analysis.selectors import run_get_for
from apps.common.errors import NotFound
from apps.common.pagination import PageNumberPagination
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.datasets.api.serializers import (
    ChangedSerializer,
    DatasetSerializer,
    DatasetTaskSerializer,
    DatasetUpdateSerializer,
    DatasetVersionSerializer,
    DatasetWriteSerializer,
    FramesSerializer,
    ImportWishSerializer,
    InterpolateSerializer,
    PrelabelSerializer,
    ProblemSerializer,
    SplitCountsSerializer,
    SplitWishSerializer,
    StatisticsSerializer,
    VersionWriteSerializer,
)
from apps.datasets.models import Dataset, DatasetVersion, TaskKind
from apps.datasets.selectors.datasets import (
    dataset_get,
    datasets_all,
    image_get,
    tasks_of,
    version_get,
    versions_all,
)
from apps.datasets.selectors.statistics import dataset_problems, dataset_statistics
from apps.datasets.services.datasets import dataset_create, dataset_delete, dataset_update
from apps.datasets.services.imports import import_request
from apps.datasets.services.labels import images_interpolate
from apps.datasets.services.prelabelling import prelabel_request
from apps.datasets.services.splits import dataset_split
from apps.datasets.services.tasks import task_cancel, task_create
from apps.datasets.services.versions import version_create
from apps.projects.selectors.videos import video_get_for

ENGINEERS: tuple[type[BasePermission], ...] = (IsEngineer,)
CONFLICT = {409: ErrorSerializer}


@extend_schema(tags=["datasets"])
@extend_schema_view(get=extend_schema(operation_id="datasets_list"))
class DatasetsView(generics.ListAPIView[Dataset]):
    queryset = Dataset.objects.none()
    serializer_class = DatasetSerializer
    permission_classes = ENGINEERS
    search_fields = ("name", "description")
    ordering_fields = ("name", "created_at")

    def get_queryset(self) -> QuerySet[Dataset]:
        return datasets_all()

    @extend_schema(
        operation_id="datasets_create",
        request=DatasetWriteSerializer,
        responses={201: DatasetSerializer, **CONFLICT},
    )
    def post(self, request: Request) -> Response:
        serializer = DatasetWriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        dataset = dataset_create(by=person_of(request), **serializer.validated_data)
        return Response(DatasetSerializer(dataset_get(dataset.pk)).data, status=201)


@extend_schema(tags=["datasets"])
class DatasetView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(operation_id="datasets_get", responses=DatasetSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(DatasetSerializer(dataset_get(id)).data)

    @extend_schema(
        operation_id="datasets_update",
        request=DatasetUpdateSerializer,
        responses={200: DatasetSerializer, **CONFLICT},
    )
    def patch(self, request: Request, id: int) -> Response:
        dataset = dataset_get(id)
        serializer = DatasetUpdateSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        dataset_update(dataset, **serializer.validated_data)
        return Response(DatasetSerializer(dataset_get(id)).data)

    @extend_schema(operation_id="datasets_delete", responses={**NO_CONTENT, **CONFLICT})
    def delete(self, request: Request, id: int) -> Response:
        """With its pictures and versions; detectors that were trained on it stay."""
        dataset_delete(dataset_get(id))
        return Response(status=204)


@extend_schema(tags=["datasets"])
class StatisticsView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(operation_id="datasets_statistics", responses=StatisticsSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(StatisticsSerializer(dataset_statistics(dataset_get(id))).data)


@extend_schema(tags=["datasets"])
class ProblemsView(APIView):
    permission_classes = ENGINEERS
    pagination_class = None

    @extend_schema(operation_id="datasets_problems", responses=ProblemSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """Every bad box by name, then what is wrong with the whole; not in pages."""
        return Response(ProblemSerializer(dataset_problems(dataset_get(id)), many=True).data)


@extend_schema(tags=["datasets"])
class SplitView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(
        operation_id="datasets_split", request=SplitWishSerializer, responses=SplitCountsSerializer
    )
    def post(self, request: Request, id: int) -> Response:
        """Whole videos or days, never neighbouring frames."""
        dataset = dataset_get(id)
        serializer = SplitWishSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(dataset_split(dataset, **serializer.validated_data))


@extend_schema(tags=["datasets"])
class InterpolateView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(
        operation_id="datasets_interpolate",
        request=InterpolateSerializer,
        responses=ChangedSerializer,
    )
    def post(self, request: Request, id: int) -> Response:
        """Boxes for the pictures between two labelled ones of a video."""
        dataset = dataset_get(id)
        serializer = InterpolateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        first, last = (
            image_get(dataset, serializer.validated_data[end]) for end in ("first", "last")
        )
        return Response({"changed": images_interpolate(dataset, first, last)})


@extend_schema(tags=["datasets"])
class FramesView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(
        operation_id="datasets_add_frames",
        request=FramesSerializer,
        responses={202: DatasetTaskSerializer},
    )
    def post(self, request: Request, id: int) -> Response:
        """Take frames of a video or a run that one may see."""
        dataset = dataset_get(id)
        serializer = FramesSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wishes, person = serializer.validated_data, person_of(request)
        if "video" in wishes:
            video_get_for(user=person, id=wishes["video"])
        else:
            run_get_for(user=person, id=wishes["run"])
        task = task_create(dataset, kind=TaskKind.FRAMES, wishes=dict(wishes), by=person)
        return Response(DatasetTaskSerializer(task).data, status=202)


@extend_schema(tags=["datasets"])
class PrelabelView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(
        operation_id="datasets_prelabel",
        request=PrelabelSerializer,
        responses={202: DatasetTaskSerializer, **CONFLICT},
    )
    def post(self, request: Request, id: int) -> Response:
        """Let a detector draw boxes where nobody has."""
        dataset = dataset_get(id)
        serializer = PrelabelSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        task = prelabel_request(dataset, by=person_of(request), **serializer.validated_data)
        return Response(DatasetTaskSerializer(task).data, status=202)


@extend_schema(tags=["datasets"])
class ImportView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(
        operation_id="datasets_import",
        request=ImportWishSerializer,
        responses={202: DatasetTaskSerializer},
    )
    def post(self, request: Request, id: int) -> Response:
        """A zip of pictures, with or without labels, that was sent to detectors/files/."""
        dataset = dataset_get(id)
        serializer = ImportWishSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        task = import_request(dataset, by=person_of(request), **serializer.validated_data)
        return Response(DatasetTaskSerializer(task).data, status=202)


@extend_schema(tags=["datasets"])
class TasksView(APIView):
    permission_classes = ENGINEERS
    pagination_class = PageNumberPagination

    @extend_schema(operation_id="datasets_tasks", responses=DatasetTaskSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """The newest first."""
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(tasks_of(dataset_get(id)), request, view=self)
        return paginator.get_paginated_response(DatasetTaskSerializer(page, many=True).data)


@extend_schema(tags=["datasets"])
class TaskView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(
        operation_id="datasets_task_cancel", responses={202: DatasetTaskSerializer, **CONFLICT}
    )
    def delete(self, request: Request, id: int, task_id: str) -> Response:
        """Cancel it; what is done already stays."""
        task = tasks_of(dataset_get(id)).filter(pk=task_id).first()
        if task is None:
            raise NotFound("There is no such work on the dataset.")
        return Response(DatasetTaskSerializer(task_cancel(task)).data, status=202)


@extend_schema(tags=["datasets"])
class VersionsView(APIView):
    permission_classes = ENGINEERS
    pagination_class = PageNumberPagination

    @extend_schema(operation_id="datasets_versions", responses=DatasetVersionSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """The newest first."""
        versions = versions_all().filter(dataset=dataset_get(id))
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(versions, request, view=self)
        return paginator.get_paginated_response(DatasetVersionSerializer(page, many=True).data)

    @extend_schema(
        operation_id="datasets_freeze",
        request=VersionWriteSerializer,
        responses={201: DatasetVersionSerializer, **CONFLICT},
    )
    def post(self, request: Request, id: int) -> Response:
        """Freeze the labelled pictures as they are now."""
        dataset = dataset_get(id)
        serializer = VersionWriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        version = version_create(dataset, by=person_of(request), **serializer.validated_data)
        return Response(DatasetVersionSerializer(version).data, status=201)


@extend_schema(tags=["datasets"])
@extend_schema_view(get=extend_schema(operation_id="datasets_all_versions"))
class AllVersionsView(generics.ListAPIView[DatasetVersion]):
    """Of all datasets, the newest first: what can be trained or judged on."""

    queryset = DatasetVersion.objects.none()
    serializer_class = DatasetVersionSerializer
    permission_classes = ENGINEERS
    filter_backends = ()

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        return versions_all().order_by("-id")


@extend_schema(tags=["datasets"])
class VersionView(APIView):
    permission_classes = ENGINEERS

    @extend_schema(operation_id="datasets_version", responses=DatasetVersionSerializer)
    def get(self, request: Request, id: int, number: int) -> Response:
        return Response(DatasetVersionSerializer(version_get(dataset_get(id), number)).data)
