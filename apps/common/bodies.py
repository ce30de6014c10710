"""Request bodies: uploads stream past Django, anything else has to be small."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.common.errors import DomainError, Invalid, TooLarge, error_body

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

SCOPE_KEY = "cvd.body"
METHODS_STREAMED = frozenset({"POST", "PUT", "PATCH", "DELETE"})
READ_BYTES = 2**20
READ_AHEAD_BYTES = 2**20
# A client that vanished without closing its connection must not keep an upload locked.
IDLE_SECONDS = 20.0


class ClientGone(DomainError):
    """The client went away, or fell silent, before its body was complete: it may try again."""

    code = "client_gone"
    status = HTTPStatus.REQUEST_TIMEOUT

    def __init__(self) -> None:
        super().__init__("The client went away.")


class StreamedBody:
    """The body of one ASGI request: a view reads it, and hears from it when the client leaves.

    It is received while Django still finds out who is asking, and while a view writes what came
    before, but never more of it than may lie in memory.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._buffer = bytearray()
        self._is_complete = False
        self._arrived = asyncio.Event()
        self._has_room = asyncio.Event()
        self._is_gone = False
        self._django_has_body = False

    async def pump(self) -> None:
        """Receive until the client is gone."""
        while (message := await self._receive())["type"] == "http.request":
            self._buffer += message.get("body", b"")
            self._is_complete = not message.get("more_body", False)
            self._arrived.set()
            if len(self._buffer) >= READ_AHEAD_BYTES:
                self._has_room.clear()
                await self._has_room.wait()
        self._is_gone = True
        self._arrived.set()

    async def pieces(self) -> AsyncIterator[bytearray]:
        """What arrives, as it arrives. Raises ClientGone when the client stops in the middle."""
        while True:
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._arrived.wait()
            except TimeoutError:
                raise ClientGone from None
            self._arrived.clear()
            piece, self._buffer = self._buffer, bytearray()
            is_complete, is_gone = self._is_complete, self._is_gone
            self._has_room.set()
            if piece:
                yield piece
            if is_complete:
                return
            if is_gone:
                raise ClientGone

    async def receive_for_django(self) -> Message:
        """To Django the body is empty and complete, and the client never leaves.

        Django would cancel the view in the middle of writing, and what had arrived before the
        client left would be lost.
        """
        if self._django_has_body:
            await asyncio.Event().wait()
        self._django_has_body = True
        return {"type": "http.request", "body": b"", "more_body": False}


def body_pieces(request: HttpRequest) -> AsyncIterator[bytes | bytearray]:
    """The body of a request below a streamed address, under any server and in tests."""
    streamed = getattr(request, "scope", {}).get(SCOPE_KEY)
    return streamed.pieces() if streamed else _stored_pieces(request)


async def _stored_pieces(request: HttpRequest) -> AsyncIterator[bytes]:
    while piece := request.read(READ_BYTES):
        yield piece


class BodyGate:
    """ASGI middleware: only addresses that begin with one of `streamed` may take large bodies."""

    def __init__(self, application: Application, *, streamed: tuple[str, ...]) -> None:
        self._application = application
        self._streamed = streamed

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            is_streamed = scope["path"].startswith(self._streamed)
            if is_streamed and scope["method"] in METHODS_STREAMED:
                await self._stream(scope, StreamedBody(receive), send)
                return
            # of any method: Django puts a body on the disk before it asks what the method is
            if refusal := _refusal(dict(scope["headers"])):
                await _send_error(send, refusal)
                return
        await self._application(scope, receive, send)

    async def _stream(self, scope: Message, body: StreamedBody, send: Send) -> None:
        pump = asyncio.create_task(body.pump())
        try:
            await self._application({**scope, SCOPE_KEY: body}, body.receive_for_django, send)
        finally:
            pump.cancel()


def _refusal(headers: dict[bytes, bytes]) -> DomainError | None:
    if b"transfer-encoding" in headers:
        return Invalid("A request here must say its Content-Length.", code="length_required")
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return TooLarge("The request's body is too large.")
    return None


async def _send_error(send: Send, error: DomainError) -> None:
    body = json.dumps(error_body(error.code, error.message)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": int(error.status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
