"""What every request gets: an id, a line in the log, a place in the figures, safe headers."""

import asyncio
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import IO, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path
from whitenoise.middleware import WhiteNoiseMiddleware

from apps.common.metrics import REQUEST_SECONDS, REQUESTS
from apps.operations import logs

logger = logging.getLogger("cvd.request")

# A proxy may have named the request already; anything that could break a log line is not a name.
_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Asked every few seconds by machines.
_QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class RequestLogMiddleware:
    """Works in both worlds, so that it does not force async views into threads."""

    sync_capable = True
    async_capable = True
    _is_async = False

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)
            self._is_async = True

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_async:
            return self._call_async(request)
        begun = _begin(request)
        return _end(request, cast(HttpResponseBase, self._get_response(request)), begun)

    async def _call_async(self, request: HttpRequest) -> HttpResponseBase:
        begun = _begin(request)
        response = await cast(Awaitable[HttpResponseBase], self._get_response(request))
        return _end(request, response, begun)


def _begin(request: HttpRequest) -> float:
    given = request.headers.get("X-Request-ID", "")
    logs.request_id.set(given if _GOOD_ID.fullmatch(given) else uuid.uuid4().hex)
    return time.perf_counter()


def _end(request: HttpRequest, response: HttpResponseBase, begun: float) -> HttpResponseBase:
    seconds = time.perf_counter() - begun
    response["X-Request-ID"] = logs.request_id.get()
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    view, method = _view_name(request), _method_name(request)
    REQUESTS.labels(view, method, response.status_code).inc()
    REQUEST_SECONDS.labels(view, method).observe(seconds)
    logger.log(
        logging.DEBUG if request.path in _QUIET else logging.INFO,
        "%s %s %d %.0f ms",
        request.method,
        escape_uri_path(request.path),  # unquoted it could hold lines of its own
        response.status_code,
        1000 * seconds,
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "seconds": round(seconds, 4),
        },
    )
    return response


def _view_name(request: HttpRequest) -> str:
    """The route, never the address: there are few routes and endless addresses."""
    match = request.resolver_match
    if match is None:
        return "none"
    return str(match.url_name) if match.route.startswith("^") else match.route


def _method_name(request: HttpRequest) -> str:
    return request.method if request.method in _METHODS else "other"


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise in both worlds; its own class would put all that follows into a thread."""

    sync_capable = True
    async_capable = True
    _is_async = False

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)
            self._is_async = True

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if not self._is_async:
            return cast(HttpResponseBase, super().__call__(request))
        return self._call_async(request)

    async def _call_async(self, request: HttpRequest) -> HttpResponseBase:
        static_file = self.files.get(request.path_info)
        if static_file is None:
            return await cast(Awaitable[HttpResponseBase], self.get_response(request))
        response = self.serve(static_file, request)
        if file := response.file_to_stream:
            response.streaming_content = _pieces(file)
        return response


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, 2**16):
        yield piece
