"""Runs: started, cancelled and retried in their project, looked at by themselves."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.analysis.api.requests import RunStartSerializer
from apps.analysis.models import Run
from apps.analysis.selectors import run_get_for, run_view, runs_visible_to
from apps.analysis.selectors.progress import run_views
from apps.analysis.serializers import RunSerializer, SegmentSerializer
from apps.analysis.services.runs import run_cancel, run_delete, run_retry, run_start
from apps.common.errors import NotFound
from apps.common.filters import IdFilter
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.detectors.selectors import detector_find
from apps.jobs.models import JobState
from apps.projects.models import MemberRole
from apps.projects.selectors import project_get_for

ACCEPTED = {202: RunSerializer, 409: ErrorSerializer}


def run_answer(run: Run, *, status: int = 200) -> Response:
    view = run_view(run.pk)
    if view is None:
        raise NotFound("The run is gone.")
    return Response(RunSerializer(view).data, status=status)


@extend_schema(tags=["runs"])
class RunStartView(APIView):
    @extend_schema(operation_id="projects_start", request=RunStartSerializer, responses=ACCEPTED)
    def post(self, request: Request, id: int) -> Response:
        """Analyse the project's videos. One run at a time in a project."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        serializer = RunStartSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words = serializer.validated_data
        detector = detector_find(words.pop("detector"))
        run = run_start(project=project, by=user, detector=detector, **words)
        return run_answer(run, status=202)


@extend_schema(tags=["runs"])
class RunCancelView(APIView):
    @extend_schema(operation_id="projects_cancel", request=None, responses=ACCEPTED)
    def post(self, request: Request, id: int) -> Response:
        """Stops within seconds; what is done is kept."""
        project = project_get_for(user=person_of(request), id=id, role=MemberRole.OPERATOR)
        return run_answer(run_cancel(project=project), status=202)


@extend_schema(tags=["runs"])
class RunRetryView(APIView):
    @extend_schema(operation_id="projects_retry", request=None, responses=ACCEPTED)
    def post(self, request: Request, id: int) -> Response:
        """A new run like the last one, which repeats only what is missing."""
        user = person_of(request)
        project = project_get_for(user=user, id=id, role=MemberRole.OPERATOR)
        return run_answer(run_retry(project=project, by=user), status=202)


class RunFilter(filters.FilterSet):
    project = IdFilter(field_name="project")
    state = filters.ChoiceFilter(choices=JobState.choices, field_name="job__state")


@extend_schema(tags=["runs"])
@extend_schema_view(get=extend_schema(operation_id="runs_list", responses=RunSerializer(many=True)))
class RunsView(generics.ListAPIView[Run]):
    """Newest first."""

    queryset = Run.objects.none()
    filterset_class = RunFilter
    filter_backends = (filters.DjangoFilterBackend,)

    def get_queryset(self) -> QuerySet[Run]:
        return runs_visible_to(person_of(self.request))

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        views = run_views(list(page or ()))
        return self.get_paginated_response([RunSerializer(view).data for view in views])


@extend_schema(tags=["runs"])
class RunView(APIView):
    @extend_schema(operation_id="runs_get", responses=RunSerializer)
    def get(self, request: Request, id: int) -> Response:
        return run_answer(run_get_for(user=person_of(request), id=id))

    @extend_schema(operation_id="runs_delete", responses={**NO_CONTENT, 409: ErrorSerializer})
    def delete(self, request: Request, id: int) -> Response:
        """With its results; not while it is active."""
        run_delete(run_get_for(user=person_of(request), id=id, role=MemberRole.OPERATOR))
        return Response(status=204)


@extend_schema(tags=["runs"])
class RunSegmentsView(APIView):
    @extend_schema(operation_id="runs_segments", responses=SegmentSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        run = run_get_for(user=person_of(request), id=id)
        return Response(SegmentSerializer(run.segments.defer("summary"), many=True).data)
