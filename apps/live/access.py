"""Who opens an event stream, asked outside of Django's middleware."""

import io
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.asgi import ASGIRequest
from rest_framework.request import Request

from apps.accounts.authentication import TokenAuthentication
from apps.accounts.models import User


def user_of(scope: dict[str, Any]) -> User | None:
    """The person behind a token or a session. Raises AuthenticationFailed for a bad token.

    Asked again later, it tells whether the session or the token still holds.
    """
    request = ASGIRequest(scope, io.BytesIO())
    if found := TokenAuthentication().authenticate(Request(request)):
        return found[0]
    sessions = import_module(settings.SESSION_ENGINE)
    request.session = sessions.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None
