"""Who is asking."""

from django.http import HttpRequest
from rest_framework.exceptions import NotAuthenticated

from apps.accounts.models import User


def person_of(request: HttpRequest) -> User:
    """The person, in views that nobody anonymous reaches."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
