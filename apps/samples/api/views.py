"""Samples: what there is, beginning one, how far it is."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.permissions import IsOperator
from apps.accounts.requests import person_of
from apps.common.fields import CleanCharField
from apps.common.schema import ErrorSerializer
from apps.detectors.api.serializers import STATES_OR_NONE, JobErrorSerializer
from apps.projects.api.projects import project_data
from apps.projects.api.serializers import ProjectSerializer
from apps.projects.models import Project, Video
from apps.projects.selectors import project_get_for
from apps.samples.catalogue import DESCRIPTIONS, SAMPLES
from apps.samples.models import SampleProject
from apps.samples.services import sample_project_create

RENDERING, CHECKING, STARTING = "rendering", "checking", "starting"


class SampleSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title_en = serializers.CharField()
    title_zh = serializers.CharField()
    seconds = serializers.IntegerField()
    has_site = serializers.BooleanField()


class SampleStartSerializer(serializers.Serializer[Any]):
    name = CleanCharField(max_length=40)
    language = serializers.ChoiceField(choices=list(DESCRIPTIONS), default="en")


class SampleStateSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=STATES_OR_NONE)
    phase = serializers.ChoiceField(choices=[RENDERING, CHECKING, STARTING], allow_null=True)
    progress = serializers.FloatField()
    error = JobErrorSerializer(allow_null=True)


@extend_schema(tags=["samples"])
class SamplesView(APIView):
    @extend_schema(operation_id="samples_list", responses=SampleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The simulated pours that can be tried."""
        return Response(SampleSerializer(SAMPLES, many=True).data)


@extend_schema(tags=["samples"])
class SampleStartView(APIView):
    permission_classes = (IsOperator,)

    @extend_schema(
        operation_id="projects_sample",
        request=SampleStartSerializer,
        responses={202: ProjectSerializer, (409, "application/json"): ErrorSerializer},
    )
    def post(self, request: Request) -> Response:
        """A project with a simulated pour, which is rendered, set up and analysed by itself."""
        serializer = SampleStartSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = person_of(request)
        project = sample_project_create(by=user, **serializer.validated_data)
        return Response(project_data(project, user), status=202)


@extend_schema(tags=["samples"])
class SampleView(APIView):
    @extend_schema(operation_id="projects_sample_state", responses=SampleStateSerializer)
    def get(self, request: Request, id: int) -> Response:
        """How far the set-up of a sample is."""
        project = project_get_for(user=person_of(request), id=id)
        return Response(SampleStateSerializer(_state(project)).data)


def _state(project: Project) -> dict[str, Any]:
    found = SampleProject.objects.select_related("job").filter(project=project).first()
    if found is None:
        return {"state": "none", "phase": None, "progress": 0.0, "error": None}
    job = found.job
    return {
        "state": job.state,
        "phase": None if job.finished_at else _phase(project),
        "progress": job.progress,
        "error": job if job.error_code else None,
    }


def _phase(project: Project) -> str:
    states = Video.objects.filter(project=project).values_list("state", flat=True)
    if not states:
        return RENDERING
    return CHECKING if states[0] == "checking" else STARTING
