"""API views that wait or stream without holding a thread; DRF itself only has synchronous ones."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.views import APIView

T = TypeVar("T")


class AsyncAPIView(APIView):
    """DRF's view with handlers that are coroutines; everything around them stays as it is."""

    async def dispatch(  # type: ignore[override]
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Any:
        self.args, self.kwargs = args, kwargs
        self.request = drf_request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            await sync_to_async(self.initial)(drf_request, *args, **kwargs)
            handler = getattr(self, self.method_name(request), self._not_allowed)
            response: Any = await handler(drf_request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001
            response = self.handle_exception(error)
        self.response = self.finalize_response(drf_request, response, *args, **kwargs)
        return self.response

    def method_name(self, request: HttpRequest) -> str:
        """The name of the handler for a request."""
        name = str(request.method).lower()
        return name if name in self.http_method_names else "_not_allowed"

    async def _not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.http_method_not_allowed(request)

    async def options(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return await sync_to_async(super().options)(request, *args, **kwargs)


async def uninterrupted(work: Awaitable[T]) -> T:
    """The result of `work`, which is waited for even when the request is cancelled meanwhile.

    A thread cannot be cancelled: leaving while it works would close its files under its hands.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
