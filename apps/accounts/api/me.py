"""Oneself."""

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.serializers import (
    MeSerializer,
    MeUpdateSerializer,
    PasswordChangeSerializer,
)
from apps.accounts.models import User
from apps.accounts.requests import person_of
from apps.accounts.selectors import user_get
from apps.accounts.services import password_change, user_update
from apps.common.requests import client_address
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.live.services import access_changed
from apps.projects.selectors.videos import storage_used_bytes


def me_response(user: User) -> Response:
    me = user_get(user.pk)
    quota = {"used_bytes": storage_used_bytes(user), "limit_bytes": settings.USER_QUOTA_BYTES}
    return Response(MeSerializer(me).data | {"quota": quota})


@extend_schema(tags=["me"])
class MeView(APIView):
    @extend_schema(operation_id="me_get", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return me_response(person_of(request))

    @extend_schema(operation_id="me_update", request=MeUpdateSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        serializer = MeUpdateSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return me_response(user_update(person_of(request), **serializer.validated_data))


@extend_schema(tags=["me"])
class MyPasswordView(APIView):
    @extend_schema(
        operation_id="me_password_change",
        request=PasswordChangeSerializer,
        responses={**NO_CONTENT, 429: ErrorSerializer},
    )
    def post(self, request: Request) -> Response:
        """Ends all of one's other sessions; tokens stay, each is revoked by itself."""
        serializer = PasswordChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        password_change(
            user=person_of(request),
            current=serializer.validated_data["current_password"],
            new=serializer.validated_data["new_password"],
            address=client_address(request._request),
        )
        if request.auth is None:  # the session that asked stays
            update_session_auth_hash(request._request, person_of(request))
        access_changed(person_of(request).pk)
        return Response(status=204)
