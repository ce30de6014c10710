"""Django's middleware as it is, but without a journey to a thread for each of its hooks.

Under ASGI Django calls every `process_...` in a thread, because it may wait for something. Those of
the classes below read and write headers. Thirteen journeys for each request cost more than most
answers do.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.contrib.auth import middleware as auth
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import clickjacking, common, csrf, locale, security
from django.utils.deprecation import MiddlewareMixin


class OnTheLoop(MiddlewareMixin):
    """For middleware whose hooks never wait: under ASGI they are called by the event loop."""

    async def __acall__(self, request: HttpRequest) -> Any:
        response = self.process_request(request) if hasattr(self, "process_request") else None
        response = response or await cast(Awaitable[Any], self.get_response(request))
        if hasattr(self, "process_response"):
            response = self.process_response(request, response)
        return response


class SecurityMiddleware(OnTheLoop, security.SecurityMiddleware):
    pass


class LocaleMiddleware(OnTheLoop, locale.LocaleMiddleware):
    pass


class CommonMiddleware(OnTheLoop, common.CommonMiddleware):
    pass


class AuthenticationMiddleware(OnTheLoop, auth.AuthenticationMiddleware):
    pass


class XFrameOptionsMiddleware(OnTheLoop, clickjacking.XFrameOptionsMiddleware):
    pass


class SessionMiddleware(OnTheLoop, sessions.SessionMiddleware):
    """Waits only where there is a session to save."""

    async def __acall__(self, request: HttpRequest) -> Any:
        self.process_request(request)
        response = await cast(Awaitable[Any], self.get_response(request))
        if request.session.modified:
            return await sync_to_async(self.process_response)(request, response)
        return self.process_response(request, response)


class CsrfViewMiddleware(OnTheLoop, csrf.CsrfViewMiddleware):
    """Django looks at `process_view` itself to see whether it needs a thread."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        if self.async_mode:
            self.process_view = self._process_view_async  # type: ignore[method-assign, assignment]

    async def _process_view_async(self, *arguments: Any) -> HttpResponseBase | None:
        return super().process_view(*arguments)
