"""Event streams: authenticate, authorise, forward; deny by default."""

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.http import AsyncHttpConsumer
from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.exceptions import AuthenticationFailed

from apps.accounts.models import User
from apps.common.errors import DomainError, NotFound, as_domain_error, error_body
from apps.common.metrics import EVENT_STREAMS
from apps.common.patience import TRANSIENT
from apps.live.access import user_of
from apps.live.events import ClosedPayload, SnapshotPayload, TrainingPayload
from apps.live.hub import NOTHING, Event, Hub, Inbox, Signal, id_order

logger = logging.getLogger(__name__)

COMMENT_SECONDS = 15.0
# A reader who takes nothing for so long is dropped.
WRITE_SECONDS = 30.0
LARGEST_ID = 2**63 - 1
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
# Some proxies pass on nothing before they have this much.
PADDING = b":" + b" " * 2048 + b"\n"
# Comments keep proxies from hanging up; a page cannot see them, and tells by the event whether
# what is sent arrives.
ALIVE = b": still here\nevent: alive\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class StreamSource:
    """What the stream must know of the apps above: given to it where everything is wired."""

    # What the events of the thing with this id are sent under.
    topic: Callable[[int], str]
    snapshot: Callable[[int], SnapshotPayload | TrainingPayload]
    # Why the user may not (or no longer) look at it; None when they may.
    refusal: Callable[[User, int], ClosedPayload | None]


class Refused(DomainError):
    """An answer instead of a stream."""

    def __init__(self, status: HTTPStatus, code: str, message: str, **headers: str) -> None:
        super().__init__(message, code=code, headers=headers)
        self.status = status


class EventStream(AsyncHttpConsumer):
    def __init__(self, *, hub: Hub, source: StreamSource) -> None:
        super().__init__()
        self._hub = hub
        self._source = source
        self._has_begun = False
        self._last_id = NOTHING

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer until the reader leaves or the stream ends, whichever comes first.

        Channels' own loop would not hear of a disconnect before the answer has ended.
        """
        self.scope, self.base_send = scope, send
        tasks = [asyncio.create_task(self._answer()), asyncio.create_task(_until_left(receive))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self) -> None:
        try:
            user, id = await self._admit()
            async with self._hub.join(self._source.topic(id), user.pk) as inbox:
                with EVENT_STREAMS.track_inprogress():
                    await self._stream(inbox, id)
        except Exception as error:
            if not self._has_begun:
                await self._refuse(error)
            elif isinstance(error, TimeoutError):
                logger.info("a reader took nothing for %.0f s", WRITE_SECONDS)
            else:
                logger.exception("an event stream ended")

    async def _admit(self) -> tuple[User, int]:
        if self.scope["method"] != "GET":
            status = HTTPStatus.METHOD_NOT_ALLOWED
            raise Refused(status, "method_not_allowed", "Only GET is allowed here.", Allow="GET")
        id: int = self.scope["url_route"]["kwargs"]["id"]
        user = await database_sync_to_async(user_of)(self.scope)
        if user is None:
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "not_authenticated",
                "Authentication credentials were not provided.",
                **{"WWW-Authenticate": "Token"},
            )
        refusal = database_sync_to_async(self._source.refusal)
        if id > LARGEST_ID or await refusal(user, id):
            raise NotFound("There is no such thing, or it is not yours to see.")
        return user, id

    async def _refuse(self, error: Exception) -> None:
        """The one shape of every error."""
        refused: DomainError
        if isinstance(error, AuthenticationFailed):
            codes = error.get_codes()
            headers = {"WWW-Authenticate": "Token"}
            refused = Refused(HTTPStatus.UNAUTHORIZED, str(codes), str(error.detail), **headers)
        elif known := as_domain_error(error):
            refused = known
        else:
            logger.exception("an event stream could not begin", exc_info=error)
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            message = "Something went wrong here; it was written to the log."
            refused = Refused(status, "internal_error", message)
        body = json.dumps(error_body(refused.code, refused.message)).encode()
        headers = {"Content-Type": "application/json", **refused.headers}
        await self.send_response(
            int(refused.status),
            body,
            headers=[(name.lower().encode(), value.encode()) for name, value in headers.items()],
        )

    # --- the stream ------------------------------------------------------------------------------

    async def _stream(self, inbox: Inbox, id: int) -> None:
        self._last_id, events = await self._beginning(id, self._requested_id())
        self._has_begun = True
        await self.send_headers(headers=HEADERS)
        # Not all at the same time, when this process was away and everybody comes back.
        await self._write(PADDING + b"retry: %d\n" % random.randint(1000, 3000) + ALIVE)
        await self._write_events(events)
        # Who came together must not ask together: hundreds of questions would hold up the events.
        comment_at = time.monotonic() + random.random() * COMMENT_SECONDS
        while not inbox.is_overrun:
            item = await _within(inbox, comment_at - time.monotonic())
            if isinstance(item, Event):
                if id_order(item.id) > id_order(self._last_id):
                    await self._write_events([item])
            elif closed := await self._closed(id):
                return await self._close(closed)
            elif item is Signal.MISSED:
                await self._start_over(id)
            if time.monotonic() >= comment_at:
                await self._write(ALIVE)
                comment_at += COMMENT_SECONDS
        logger.info("a reader of %s was too slow", self._source.topic(id))
        return await self._end()

    async def _beginning(self, id: int, last_id: str) -> tuple[str, list[Event]]:
        """Where the reader stands, and what to send: what was missed, or a snapshot and on."""
        topic = self._source.topic(id)
        if last_id and (missed := await self._hub.replay(topic, last_id)) is not None:
            return last_id, missed

        async def make() -> str:
            payload = await database_sync_to_async(self._source.snapshot)(id)
            return json.dumps(payload, cls=DjangoJSONEncoder, separators=(",", ":"))

        position, data = await self._hub.snapshot(topic, make)
        later = await self._hub.replay(topic, position) or []
        return position, [Event(position, "snapshot", data), *later]

    async def _start_over(self, id: int) -> None:
        try:
            _, events = await self._beginning(id, "")
        except TRANSIENT as error:
            # When Redis is lost again, the hub says so again; the next events say the rest.
            logger.warning("a reader is without its snapshot: %s", error)
        else:
            await self._write_events(events)

    async def _closed(self, id: int) -> ClosedPayload | None:
        """Why the stream has to end; None when it goes on."""
        try:
            user = await database_sync_to_async(user_of)(self.scope)
            if user is None:
                return {"reason": "logged_out"}
            return await database_sync_to_async(self._source.refusal)(user, id)
        except AuthenticationFailed:
            return {"reason": "logged_out"}
        except TRANSIENT as error:
            logger.warning("access could not be checked, it will be again: %s", error)
            return None

    async def _close(self, closed: ClosedPayload) -> None:
        await self._write_events([Event(self._last_id, "closed", json.dumps(closed))])
        await self._end()

    async def _end(self) -> None:
        async with asyncio.timeout(WRITE_SECONDS):
            await self.send_body(b"")

    def _requested_id(self) -> str:
        """The last event that the reader has; empty when that is not the id of an event."""
        headers = dict(self.scope["headers"])
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        text = headers.get(b"last-event-id", b"").decode("latin-1")
        text = text or query.get("last_event_id", [""])[0]
        milliseconds, _, number = text.partition("-")
        if not (text.isascii() and milliseconds.isdigit() and number.isdigit()):
            return ""
        order = id_order(text) if len(text) < 40 else (0, 0)
        return text if order > (0, 0) and max(order) <= LARGEST_ID else ""

    async def _write_events(self, events: list[Event]) -> None:
        for event in events:
            self._last_id = event.id
            text = f"id: {event.id}\nevent: {event.name}\ndata: {event.data}\n\n"
            await self._write(text.encode())

    async def _write(self, body: bytes) -> None:
        async with asyncio.timeout(WRITE_SECONDS):
            await self.send_body(body, more_body=True)


async def _until_left(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _within(inbox: Inbox, seconds: float) -> Event | Signal:
    """The next item; when none comes in time, the moment to look whether all is well."""
    try:
        return await asyncio.wait_for(inbox.get(), max(seconds, 0.0))
    except TimeoutError:
        return Signal.CHECK_ACCESS
