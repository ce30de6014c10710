"""Keys for programs."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.serializers import (
    NewTokenSerializer,
    TokenCreateSerializer,
    TokenSerializer,
)
from apps.accounts.models import ApiToken, User
from apps.accounts.requests import person_of
from apps.accounts.selectors import tokens_of
from apps.accounts.services import token_create, token_revoke, user_authenticate
from apps.common.errors import Forbidden, Invalid
from apps.common.requests import client_address
from apps.common.schema import NO_CONTENT, ErrorSerializer
from apps.live.services import access_changed


class IsAuthenticatedOrPosts(IsAuthenticated):
    """A program proves who it is in the body of its first request."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method == "POST" or super().has_permission(request, view)


@extend_schema(tags=["auth"])
@extend_schema_view(get=extend_schema(operation_id="tokens_list"))
class TokensView(generics.ListAPIView[ApiToken]):
    serializer_class = TokenSerializer
    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticatedOrPosts,)
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ApiToken]:
        return tokens_of(person_of(self.request))

    @extend_schema(
        operation_id="tokens_create",
        request=TokenCreateSerializer,
        responses={201: NewTokenSerializer, 429: ErrorSerializer},
        auth=[{}, {"session": []}],  # type: ignore[list-item]
    )
    def post(self, request: Request) -> Response:
        """With a user name and a password, or without both by somebody who is logged in."""
        serializer = TokenCreateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words = serializer.validated_data
        user = self._owner(words.pop("username", None), words.pop("password", None))
        token, key = token_create(user=user, **words)
        return Response(TokenSerializer(token).data | {"token": key}, status=201)

    def _owner(self, username: str | None, password: str | None) -> User:
        if username is not None and password is not None:
            return user_authenticate(
                username=username,
                password=password,
                address=client_address(self.request._request),
            )
        if username is not None or password is not None:
            raise Invalid("A user name and a password go together.")
        user = person_of(self.request)
        if self.request.auth is not None:
            # A leaked token must not be able to outlive itself.
            raise Forbidden("A token cannot make another one; use the user name and the password.")
        return user


@extend_schema(tags=["auth"])
class TokenView(generics.GenericAPIView[ApiToken]):
    @extend_schema(operation_id="tokens_revoke", responses=NO_CONTENT)
    def delete(self, request: Request, id: int) -> Response:
        person = person_of(request)
        token_revoke(user=person, id=id)
        access_changed(person.pk)
        return Response(status=204)
