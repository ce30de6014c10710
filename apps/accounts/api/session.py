"""Logging in and out of the dashboard."""

from django.contrib.auth import login, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.me import me_response
from apps.accounts.api.serializers import LoginSerializer, MeSerializer
from apps.accounts.authentication import SessionAuthentication
from apps.accounts.requests import person_of
from apps.accounts.services import user_authenticate
from apps.common.requests import client_address
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.live.services import access_changed


@extend_schema(tags=["auth"])
class LoginView(APIView):
    # Nobody is authenticated yet, so CSRF is checked here: otherwise a foreign page could log
    # somebody in as somebody else.
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="auth_csrf", responses=NO_CONTENT)
    def get(self, request: Request) -> Response:
        """Sets the `csrftoken` cookie."""
        get_token(request._request)
        return Response(status=204)

    @extend_schema(
        operation_id="auth_login",
        request=LoginSerializer,
        responses={200: MeSerializer, 403: ErrorSerializer, 429: ErrorSerializer},
    )
    def post(self, request: Request) -> Response:
        SessionAuthentication().enforce_csrf(request)
        serializer = LoginSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = user_authenticate(
            **serializer.validated_data, address=client_address(request._request)
        )
        login(request._request, user)
        return me_response(user)


@extend_schema(tags=["auth"])
class LogoutView(APIView):
    @extend_schema(operation_id="auth_logout", request=None, responses=NO_CONTENT)
    def post(self, request: Request) -> Response:
        user_id = person_of(request).pk
        logout(request._request)
        access_changed(user_id)
        return Response(status=204)
