"""One place per web process where events arrive from Redis and are handed to the open streams.

A topic is a project or a training. Its log in Redis is read when the bell rings and, because a ring
can be lost, every few seconds; so whatever is missing is found by its id. When Redis was away,
every stream is told that it may have missed something.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.conf import settings
from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from apps.live.services import bell_channel, log_key

logger = logging.getLogger(__name__)

CHECK_SECONDS = 5.0
START_SECONDS = 5.0
RECONNECT_SECONDS = 1.0
REDIS_CONNECTIONS = 8
# A reader who is so many events behind is dropped; it comes back and catches up from the log.
INBOX_LENGTH = 256
# Further back than this, a snapshot is less to send.
REPLAY_LENGTH = 500
# Readers who come at the same time share one snapshot.
SNAPSHOT_SECONDS = 1.0
NOTHING = "0-0"


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it lies in the log; `data` is JSON."""

    id: str
    name: str
    data: str


class Signal(Enum):
    """What a stream is told besides events."""

    CHECK_ACCESS = "check access"
    MISSED = "something may have been missed"


class Inbox:
    """What waits for one stream."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.is_overrun = False
        self._queue: asyncio.Queue[Event | Signal] = asyncio.Queue(INBOX_LENGTH)

    def put(self, item: Event | Signal) -> None:
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            self.is_overrun = True

    async def get(self) -> Event | Signal:
        return await self._queue.get()


def id_order(event_id: str) -> tuple[int, int]:
    """Redis stream ids as numbers, to be compared."""
    milliseconds, _, number = event_id.partition("-")
    return int(milliseconds), int(number or 0)


class Hub:
    """Lives while somebody listens, with one subscription however many they are."""

    def __init__(self) -> None:
        self._inboxes: dict[str, set[Inbox]] = {}
        # How far each topic's log was handed out.
        self._positions: dict[str, str] = {}
        self._snapshots: dict[str, tuple[float, asyncio.Task[tuple[str, str]]]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._is_listening = asyncio.Event()
        self._client: Redis = self._client_new()

    @property
    def stream_count(self) -> int:
        return sum(len(inboxes) for inboxes in self._inboxes.values())

    @property
    def is_reading(self) -> bool:
        return self._reader is not None

    @asynccontextmanager
    async def join(self, topic: str, user_id: int) -> AsyncIterator[Inbox]:
        """Everything that happens to the topic from now on. Raises RedisError without Redis."""
        inbox = Inbox(user_id)
        self._inboxes.setdefault(topic, set()).add(inbox)
        try:
            await self._listen(topic)
            yield inbox
        finally:
            self._inboxes[topic].discard(inbox)
            if not self._inboxes[topic]:
                del self._inboxes[topic]
                self._positions.pop(topic, None)
                self._snapshots.pop(topic, None)
            if not self._inboxes:
                await self._close()

    async def replay(self, topic: str, last_id: str) -> list[Event] | None:
        """The events after `last_id`; None when the log does not reach back to it."""
        entries = await self._client.xrange(log_key(topic), min=last_id, count=REPLAY_LENGTH + 2)
        events = [_event_of(entry) for entry in entries or ()]
        if last_id != NOTHING:
            if not events or events[0].id != last_id:
                return None
            events = events[1:]
        return events if len(events) <= REPLAY_LENGTH else None

    async def snapshot(self, topic: str, make: Callable[[], Awaitable[str]]) -> tuple[str, str]:
        """The id up to which it holds, and the snapshot; not older than a second."""
        begun_at, task = self._snapshots.get(topic, (0.0, None))
        if task is None or time.monotonic() - begun_at > SNAPSHOT_SECONDS:
            task = asyncio.create_task(self._snapshot_make(topic, make))
            self._snapshots[topic] = (time.monotonic(), task)
        return await asyncio.shield(task)

    async def _snapshot_make(
        self, topic: str, make: Callable[[], Awaitable[str]]
    ) -> tuple[str, str]:
        # The id first: what happens while it is made is sent again rather than lost.
        position = await self._newest_id(topic)
        return position, await make()

    async def _newest_id(self, topic: str) -> str:
        entries = await self._client.xrevrange(log_key(topic), count=1)
        return str(entries[0][0]) if entries else NOTHING

    # --- listening -------------------------------------------------------------------------------

    def _client_new(self) -> Redis:
        pool = BlockingConnectionPool.from_url(
            settings.REDIS_URL,
            max_connections=REDIS_CONNECTIONS,
            timeout=START_SECONDS,
            decode_responses=True,
            socket_connect_timeout=2,
            socket_timeout=10,
        )
        return Redis.from_pool(pool)

    async def _listen(self, topic: str) -> None:
        if self._reader is None:
            self._is_listening = asyncio.Event()
            self._client = self._client_new()
            self._reader = asyncio.create_task(self._read(self._client, self._is_listening))
        try:
            await asyncio.wait_for(self._is_listening.wait(), START_SECONDS)
        except TimeoutError:
            raise RedisConnectionError("Redis does not answer.") from None
        if topic not in self._positions:
            newest = await self._newest_id(topic)
            self._positions.setdefault(topic, newest)
            # A ring before the position was known went unheard.
            await self._hand_out(topic)

    async def _close(self) -> None:
        reader, self._reader = self._reader, None
        client = self._client
        if reader is not None:
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader
        await client.aclose()

    async def _read(self, client: Redis, is_listening: asyncio.Event) -> None:
        """Listen until cancelled, through every loss of Redis."""
        was_lost = False
        while True:
            try:
                async with client.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(bell_channel())
                    is_listening.set()
                    if was_lost:
                        self._tell_all(Signal.MISSED)
                    while True:
                        message = await pubsub.get_message(timeout=CHECK_SECONDS)
                        await self._heard(message)
            except (RedisError, OSError) as error:
                logger.warning("event streams wait for Redis: %s", error)
            except Exception:
                logger.exception("a message on the bell could not be used")
            was_lost = True
            is_listening.clear()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _heard(self, message: dict[str, Any] | None) -> None:
        if message is None:
            for topic in list(self._positions):
                await self._hand_out(topic)
            return
        told = json.loads(message["data"])
        if "topic" in told and told["topic"] in self._positions:
            await self._hand_out(told["topic"])
        elif "deleted" in told:
            for inbox in self._inboxes.get(told["deleted"], ()):
                inbox.put(Signal.CHECK_ACCESS)
        elif "user" in told:
            for inboxes in self._inboxes.values():
                for inbox in inboxes:
                    if inbox.user_id == told["user"]:
                        inbox.put(Signal.CHECK_ACCESS)

    async def _hand_out(self, topic: str) -> None:
        """Give the topic's streams what its log has beyond the position."""
        if (position := self._positions.get(topic)) is None:
            return  # the last reader has just left
        entries = await self._client.xrange(log_key(topic), min=f"({position}")
        for event in map(_event_of, entries or ()):
            # Everybody may have left meanwhile, or another call was faster.
            position = self._positions.get(topic, event.id)
            if id_order(event.id) > id_order(position):
                self._positions[topic] = event.id
                for inbox in self._inboxes[topic]:
                    inbox.put(event)

    def _tell_all(self, signal: Signal) -> None:
        for inboxes in self._inboxes.values():
            for inbox in inboxes:
                inbox.put(signal)


def _event_of(entry: Any) -> Event:
    event_id, fields = entry
    return Event(id=event_id, name=fields["event"], data=fields["data"])
