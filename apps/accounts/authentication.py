"""Who is asking: a session with CSRF for the dashboard, a token for programs."""

from datetime import timedelta

from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from apps.accounts.models import ApiToken, User
from apps.accounts.tokens import token_digest

# last_used_at is for people; writing it for every request would make reads write.
LAST_USED_STEP = timedelta(minutes=1)


def user_from_token(token: str) -> User | None:
    """The active person whose valid token this is."""
    now = timezone.now()
    row = (
        ApiToken.objects.select_related("user")
        .filter(digest=token_digest(token), revoked_at=None, expires_at__gt=now)
        .first()
    )
    if row is None or not row.user.is_active:
        return None
    if row.last_used_at is None or now - row.last_used_at > LAST_USED_STEP:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row.user


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token cvd_...`"""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        header = authentication.get_authorization_header(request).decode("latin-1").split()
        if not header or header[0].lower() != self.keyword.lower():
            return None
        user = user_from_token(header[1]) if len(header) == 2 else None
        if user is None:
            raise exceptions.AuthenticationFailed(
                "The token is unknown, expired or revoked.", code="token_invalid"
            )
        return user, header[1]

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class SessionAuthentication(authentication.SessionAuthentication):
    """The dashboard's session."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise exceptions.PermissionDenied(str(error.detail), code="csrf_failed") from None
