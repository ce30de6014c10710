"""Projects."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.accounts.permissions import IsOperator
from apps.accounts.requests import person_of
from apps.accounts.selectors import person_get
from apps.analysis.selectors import active_runs_by_project, latest_run
from apps.common.schema import NO_CONTENT
from apps.projects.api.filters import ProjectFilter
from apps.projects.api.serializers import (
    ProjectSerializer,
    ProjectSummarySerializer,
    ProjectUpdateSerializer,
    ProjectWriteSerializer,
)
from apps.projects.models import MemberRole, Project
from apps.projects.selectors import project_get_for, projects_visible_to
from apps.projects.selectors.cards import project_cards
from apps.projects.services.projects import project_create, project_delete, project_update


class ReadsOrIsOperator(IsOperator):
    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return bool(request.user.is_authenticated)
        return super().has_permission(request, view)


@extend_schema(tags=["projects"])
@extend_schema_view(get=extend_schema(operation_id="projects_list"))
class ProjectsView(generics.ListAPIView[Project]):
    queryset = Project.objects.none()
    serializer_class = ProjectSummarySerializer
    permission_classes: tuple[type[BasePermission], ...] = (ReadsOrIsOperator,)
    filterset_class = ProjectFilter
    search_fields = ("name", "description", "owner__username", "owner__display_name")
    ordering_fields = ("name", "created_at", "updated_at", "status")

    def get_queryset(self) -> QuerySet[Project]:
        # Not joined: MySQL would begin at the few users and read all projects to find a page.
        return projects_visible_to(person_of(self.request)).prefetch_related("owner")

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        cards = project_cards(page, user=person_of(request))
        context = {"active_runs": active_runs_by_project([project.pk for project in page])}
        return self.get_paginated_response(
            ProjectSummarySerializer(cards, many=True, context=context).data
        )

    @extend_schema(
        operation_id="projects_create",
        request=ProjectWriteSerializer,
        responses={201: ProjectSerializer},
    )
    def post(self, request: Request) -> Response:
        serializer = ProjectWriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        project = project_create(owner=person_of(request), **serializer.validated_data)
        return Response(project_data(project, person_of(request)), status=201)


@extend_schema(tags=["projects"])
class ProjectView(APIView):
    @extend_schema(operation_id="projects_get", responses=ProjectSerializer)
    def get(self, request: Request, id: int) -> Response:
        project = project_get_for(user=person_of(request), id=id)
        return Response(project_data(project, person_of(request)))

    @extend_schema(
        operation_id="projects_update",
        request=ProjectUpdateSerializer,
        responses=ProjectSerializer,
    )
    def patch(self, request: Request, id: int) -> Response:
        """For managers; only the owner or an administrator may name another owner."""
        project = project_get_for(user=person_of(request), id=id, role=MemberRole.MANAGER)
        serializer = ProjectUpdateSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        words = serializer.validated_data
        if "owner" in words:
            words["owner"] = person_get(words["owner"], field="owner")
        project = project_update(project, by=person_of(request), **words)
        return Response(project_data(project, person_of(request)))

    @extend_schema(operation_id="projects_delete", responses=NO_CONTENT)
    def delete(self, request: Request, id: int) -> Response:
        """Gone at once, also in the middle of a run; its files follow."""
        project = project_get_for(user=person_of(request), id=id, role=MemberRole.MANAGER)
        project_delete(project, by=person_of(request))
        return Response(status=204)


def project_data(project: Project, user: User) -> dict[str, object]:
    [card] = project_cards([project], user=user)
    context = {
        "active_runs": active_runs_by_project([project.pk]),
        "latest_run": latest_run(project),
    }
    return ProjectSerializer(card, context=context).data
