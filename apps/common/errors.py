"""Domain errors, and the one place where an error becomes an HTTP answer."""

import logging
import math
import sqlite3
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import redis.exceptions
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from kombu.exceptions import OperationalError as BrokerError
from rest_framework import exceptions
from rest_framework.response import Response

logger = logging.getLogger(__name__)


class DomainError(Exception):
    """An expected refusal: a stable code, a sentence for people, and the status it maps to."""

    code = "invalid"
    status: int = HTTPStatus.BAD_REQUEST

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})


class Invalid(DomainError):
    """The request cannot be understood or breaks a rule."""


class NotFound(DomainError):
    code = "not_found"
    status = HTTPStatus.NOT_FOUND


class Forbidden(DomainError):
    code = "forbidden"
    status = HTTPStatus.FORBIDDEN


class Conflict(DomainError):
    """Right in itself, but not in the present state."""

    code = "conflict"
    status = HTTPStatus.CONFLICT


class TooLarge(DomainError):
    code = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooManyRequests(DomainError):
    code = "too_many_requests"
    status = HTTPStatus.TOO_MANY_REQUESTS


class InsufficientStorage(DomainError):
    code = "insufficient_storage"
    status = HTTPStatus.INSUFFICIENT_STORAGE


class Unavailable(DomainError):
    """Something that the request needs is down; the code names it."""

    code = "unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE


def error_body(
    code: str, message: str, fields: Mapping[str, Any] | None = None
) -> dict[str, object]:
    """The one shape of every error."""
    return {"code": code, "message": message, "fields": dict(fields or {})}


def as_domain_error(error: Exception) -> DomainError | None:
    """What a failure of a dependency means to a client; None when it is not one."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, (OperationalError, InterfaceError)) and not _is_wrong_sql(error):
        return Unavailable("The database cannot be reached.", code="database_unavailable")
    if isinstance(error, (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)):
        return Unavailable("Redis cannot be reached.", code="redis_unavailable")
    if isinstance(error, BrokerError):
        return Unavailable("The message broker cannot be reached.", code="broker_unavailable")
    return None


def _is_wrong_sql(error: Exception) -> bool:
    """SQLite reports a statement that makes no sense with the same class as a locked database."""
    cause = error.__cause__
    return (
        isinstance(cause, sqlite3.OperationalError)
        and cause.sqlite_errorcode == sqlite3.SQLITE_ERROR
    )


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: every error of an API view leaves in the one shape."""
    if isinstance(error, Http404):
        error = NotFound("There is no such thing, or it is not yours to see.")
    elif isinstance(error, PermissionDenied):
        error = Forbidden("You may not do this.")
    if domain := as_domain_error(error):
        if domain.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.warning("%s: %s", domain.code, error)
        return Response(
            error_body(domain.code, domain.message, domain.fields),
            status=domain.status,
            headers=domain.headers,
        )
    if isinstance(error, exceptions.PermissionDenied) and error.get_codes() == "permission_denied":
        error.detail = exceptions.ErrorDetail(str(error.detail), code=Forbidden.code)
    if isinstance(error, exceptions.APIException):
        return _api_exception_response(error)
    return None


def _api_exception_response(error: exceptions.APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        body = error_body("invalid", _first_message(error.detail), fields)
    else:
        codes = error.get_codes()
        code = codes if isinstance(codes, str) else error.default_code
        body = error_body(code, str(error.detail))
    return Response(body, status=error.status_code, headers=headers)


def _first_message(detail: Any) -> str:
    """The first sentence of a nested validation error, with the field it belongs to."""
    if isinstance(detail, dict):
        field, inner = next(iter(detail.items()))
        message = _first_message(inner)
        return message if field == "non_field_errors" else f"{field}: {message}"
    if isinstance(detail, list):
        return _first_message(next((item for item in detail if item), ""))
    return str(detail)


def not_found_view(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """An address that no view answers."""
    return JsonResponse(error_body("not_found", "There is nothing at this address."), status=404)


def bad_request_view(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    return JsonResponse(error_body("invalid", "The request cannot be understood."), status=400)


def forbidden_view(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    return JsonResponse(error_body("forbidden", "You may not do this."), status=403)


def csrf_failure_view(request: HttpRequest, reason: str = "") -> JsonResponse:
    return JsonResponse(error_body("csrf_failed", f"CSRF failed: {reason}"), status=403)


def server_error_view(request: HttpRequest) -> JsonResponse:
    """What nobody caught, also from middleware: a dependency that is down, or our own mistake."""
    error = sys.exc_info()[1]
    if isinstance(error, Exception) and (domain := as_domain_error(error)):
        body = error_body(domain.code, domain.message, domain.fields)
        return JsonResponse(body, status=domain.status, headers=domain.headers)
    return JsonResponse(
        error_body("internal_error", "Something went wrong here; it was written to the log."),
        status=500,
    )
