"""Who works in a project."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import person_of
from apps.accounts.selectors import person_get
from apps.common.pagination import PageNumberPagination
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.projects.api.serializers import (
    MemberAddSerializer,
    MemberSerializer,
    MemberUpdateSerializer,
)
from apps.projects.models import MemberRole
from apps.projects.selectors import project_get_for
from apps.projects.selectors.members import memberships_of
from apps.projects.services.members import member_add, member_remove, member_update


@extend_schema(tags=["members"])
class MembersView(APIView):
    pagination_class = PageNumberPagination

    @extend_schema(operation_id="members_list", responses=MemberSerializer(many=True))
    def get(self, request: Request, id: int) -> Response:
        """The owner first, with the role `owner`."""
        project = project_get_for(user=person_of(request), id=id)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(memberships_of(project), request, view=self)
        return paginator.get_paginated_response(MemberSerializer(page, many=True).data)

    @extend_schema(
        operation_id="members_add",
        request=MemberAddSerializer,
        responses={201: MemberSerializer, 409: ErrorSerializer},
    )
    def post(self, request: Request, id: int) -> Response:
        project = project_get_for(user=person_of(request), id=id, role=MemberRole.MANAGER)
        serializer = MemberAddSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words = serializer.validated_data
        member = member_add(
            project=project, user=person_get(words["user"], field="user"), role=words["role"]
        )
        return Response(MemberSerializer(member).data, status=201)


@extend_schema(tags=["members"])
class MemberView(APIView):
    @extend_schema(
        operation_id="members_update",
        request=MemberUpdateSerializer,
        responses={200: MemberSerializer, 409: ErrorSerializer},
    )
    def patch(self, request: Request, id: int, user_id: int) -> Response:
        project = project_get_for(user=person_of(request), id=id, role=MemberRole.MANAGER)
        serializer = MemberUpdateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        member = member_update(project=project, user_id=user_id, **serializer.validated_data)
        return Response(MemberSerializer(member).data)

    @extend_schema(operation_id="members_remove", responses={**NO_CONTENT, 409: ErrorSerializer})
    def delete(self, request: Request, id: int, user_id: int) -> Response:
        """By managers, and by members for themselves."""
        needed = MemberRole.VIEWER if user_id == person_of(request).pk else MemberRole.MANAGER
        project = project_get_for(user=person_of(request), id=id, role=needed)
        member_remove(project=project, user_id=user_id)
        return Response(status=204)
