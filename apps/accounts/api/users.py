"""Looking after people."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.serializers import (
    PasswordResetSerializer,
    PersonBriefSerializer,
    UserCreateSerializer,
    UserSerializer,
    UserUpdateSerializer,
)
from apps.accounts.models import Role, User
from apps.accounts.permissions import IsAdministrator, IsOperator
from apps.accounts.requests import person_of
from apps.accounts.selectors import people_lookup, user_get, users_all
from apps.accounts.services import password_reset, user_create, user_update
from apps.common.fields import CleanCharField
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.live.services import access_changed
from apps.projects.services.owners import user_delete


class UserFilter(filters.FilterSet):
    role = filters.ChoiceFilter(choices=Role.choices)
    is_active = filters.BooleanFilter()


@extend_schema(tags=["users"])
@extend_schema_view(get=extend_schema(operation_id="users_list"))
class UsersView(generics.ListAPIView[User]):
    permission_classes = (IsAdministrator,)
    serializer_class = UserSerializer
    filterset_class = UserFilter
    search_fields = ("username", "display_name", "remark")
    ordering_fields = ("username", "display_name", "role", "date_joined", "last_login")

    def get_queryset(self) -> QuerySet[User]:
        return users_all()

    @extend_schema(
        operation_id="users_create",
        request=UserCreateSerializer,
        responses={201: UserSerializer, 409: ErrorSerializer},
    )
    def post(self, request: Request) -> Response:
        serializer = UserCreateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = user_create(**serializer.validated_data)
        return Response(UserSerializer(user_get(user.pk)).data, status=201)


class UserDeleteOptions(serializers.Serializer[dict[str, object]]):
    transfer_to = serializers.IntegerField(required=False, help_text="Who gets the projects.")
    delete_projects = serializers.BooleanField(default=False)


@extend_schema(tags=["users"])
class UserView(APIView):
    permission_classes = (IsAdministrator,)

    @extend_schema(operation_id="users_get", responses=UserSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(UserSerializer(user_get(id)).data)

    @extend_schema(
        operation_id="users_update",
        request=UserUpdateSerializer,
        responses={200: UserSerializer, 409: ErrorSerializer},
    )
    def patch(self, request: Request, id: int) -> Response:
        serializer = UserUpdateSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        user = user_update(user_get(id), **serializer.validated_data)
        access_changed(user.pk)
        return Response(UserSerializer(user).data)

    @extend_schema(
        operation_id="users_delete",
        parameters=[UserDeleteOptions],
        responses={**NO_CONTENT, 409: ErrorSerializer},
    )
    def delete(self, request: Request, id: int) -> Response:
        """Somebody's projects go to somebody else or with them; nothing happens unless said."""
        options = UserDeleteOptions(data=request.query_params)
        options.is_valid(raise_exception=True)
        user_delete(user=user_get(id), by=person_of(request), **options.validated_data)
        access_changed(id)
        return Response(status=204)


@extend_schema(tags=["users"])
class UserPasswordView(APIView):
    permission_classes = (IsAdministrator,)

    @extend_schema(
        operation_id="users_password_reset", request=PasswordResetSerializer, responses=NO_CONTENT
    )
    def post(self, request: Request, id: int) -> Response:
        """Ends all of the person's sessions and revokes all of their tokens."""
        user = user_get(id)
        serializer = PasswordResetSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        password_reset(user=user, new=serializer.validated_data["new_password"])
        access_changed(user.pk)
        return Response(status=204)


class LookupSerializer(serializers.Serializer[dict[str, str]]):
    q = CleanCharField(max_length=150, default="", allow_blank=True, help_text="Part of a name.")


@extend_schema(tags=["users"])
class LookupView(APIView):
    permission_classes = (IsOperator,)

    @extend_schema(
        operation_id="users_lookup",
        parameters=[LookupSerializer],
        responses=PersonBriefSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """At most 10 active people whose name contains `q`, to add them as members."""
        words = LookupSerializer(data=request.query_params)
        words.is_valid(raise_exception=True)
        people = people_lookup(words.validated_data["q"])
        return Response(PersonBriefSerializer(people, many=True).data)
