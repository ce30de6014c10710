"""Changing people, their passwords and their tokens."""

import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.attempts import attempt_begin
from apps.accounts.models import ApiToken, Role, User
from apps.accounts.selectors import tokens_of, user_by_name
from apps.accounts.tokens import token_digest, token_new, token_prefix
from apps.common.errors import Conflict, Invalid, NotFound

FIRST_ADMIN_NAME = "admin"


def user_authenticate(*, username: str, password: str, address: str) -> User:
    """The person, or the same refusal after the same work for whatever was wrong."""
    username = User.normalize_username(username)
    attempt = attempt_begin(username=username, address=address)
    user = user_by_name(username)
    if user is None:
        make_password(password)
    elif user.check_password(password) and user.is_active:
        attempt.succeeded()
        return user
    raise Invalid("The user name or the password is wrong.", code="invalid_credentials")


def user_create(*, username: str, password: str, role: Role, **fields: str) -> User:
    user = User(username=User.normalize_username(username), role=role, **fields)
    _password_set(user, password, field="password")
    if user_by_name(user.username):
        raise _name_taken()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise _name_taken() from None
    return user


def _name_taken() -> Conflict:
    message = "There is a user of this name already."
    return Conflict(message, code="username_taken", fields={"username": [message]})


def first_admin_create() -> tuple[User, str] | None:
    """The first administrator with a generated password, if there is nobody at all yet."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    try:
        # Two processes that start together both try this name, and one of them fails.
        user = user_create(
            username=FIRST_ADMIN_NAME,
            password=password,
            role=Role.ADMIN,
            display_name=FIRST_ADMIN_NAME,
        )
    except Conflict:
        return None
    return user, password


@transaction.atomic
def user_update(user: User, **fields: Any) -> User:
    """Somebody who is deactivated loses their sessions and tokens for good."""
    if _is_administrator(user) and not _is_administrator(user, **fields):
        last_administrator_guard(user)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save(update_fields=fields.keys())
    if not user.is_active:
        _tokens_revoke(user)
        _sessions_end(user)
    return user


def _tokens_revoke(user: User) -> None:
    tokens_of(user).update(revoked_at=timezone.now())


def _sessions_end(user: User) -> None:
    """A session row says whose it is only inside; this is rare enough to look into all of them."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def sessions_sweep() -> None:
    """Forget sessions that have expired; nothing else removes their rows."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def _is_administrator(user: User, **changes: Any) -> bool:
    """Whether they are one, or would be with the changes."""
    role, is_active = changes.get("role", user.role), changes.get("is_active", user.is_active)
    return bool(role == Role.ADMIN and is_active)


def last_administrator_guard(user: User) -> None:
    """Refuses to lose the last one; the lock makes two that remove each other take turns."""
    administrators = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True)
    if {administrator.pk for administrator in administrators} == {user.pk}:
        raise Conflict("This is the last administrator.", code="last_administrator")


def password_change(*, user: User, current: str, new: str, address: str) -> None:
    attempt = attempt_begin(username=user.username, address=address)
    if not user.check_password(current):
        message = "This is not the present password."
        raise Invalid(message, code="invalid_credentials", fields={"current_password": [message]})
    attempt.succeeded()
    _password_save(user, new)


@transaction.atomic
def password_reset(*, user: User, new: str) -> None:
    """What an administrator does when somebody else may have had the password, or a token."""
    _password_save(user, new)
    _tokens_revoke(user)


def _password_save(user: User, new: str) -> None:
    """Sessions are bound to the password, so all of them end."""
    _password_set(user, new, field="new_password")
    user.save(update_fields=["password"])


def _password_set(user: User, password: str, *, field: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(
            " ".join(error.messages), code="password_too_weak", fields={field: error.messages}
        ) from None
    user.set_password(password)


def token_create(*, user: User, name: str, expires_in_days: int) -> tuple[ApiToken, str]:
    """The row and the key, which cannot be had again."""
    key = token_new()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=token_prefix(key),
        digest=token_digest(key),
        expires_at=timezone.now() + timedelta(days=expires_in_days),
    )
    return token, key


def token_revoke(*, user: User, id: int) -> None:
    if not tokens_of(user).filter(pk=id).update(revoked_at=timezone.now()):
        raise NotFound("There is no such token.")
