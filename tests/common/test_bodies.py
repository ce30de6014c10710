"""A body that streams past Django: in order, bounded, and over when the client is."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from apps.common import bodies
from apps.common.bodies import ClientGone, StreamedBody

DISCONNECT = {"type": "http.disconnect"}


def part(body: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


class Client:
    """Sends these messages, then nothing; counts what was taken."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = list(messages)
        self.taken = 0

    async def receive(self) -> dict[str, Any]:
        if self.taken == len(self._messages):
            await asyncio.Event().wait()
        self.taken += 1
        return self._messages[self.taken - 1]


def run(client: Client, scene: Callable[[StreamedBody], Coroutine[Any, Any, Any]]) -> Any:
    async def play() -> Any:
        body = StreamedBody(client.receive)
        pump = asyncio.create_task(body.pump())
        try:
            return await asyncio.wait_for(scene(body), 5)
        finally:
            pump.cancel()

    return asyncio.run(play())


async def read(body: StreamedBody) -> bytes:
    return b"".join([bytes(piece) async for piece in body.pieces()])


def test_the_parts_arrive_in_order():
    assert run(Client(part(b"a"), part(b"b"), part(b""), part(b"c", more=False)), read) == b"abc"
    assert run(Client(part(b"", more=False)), read) == b""


def test_a_client_that_leaves_is_told_after_what_it_sent():
    got = bytearray()

    async def scene(body: StreamedBody) -> None:
        async for piece in body.pieces():
            got.extend(piece)

    with pytest.raises(ClientGone):
        run(Client(part(b"a"), part(b"b"), DISCONNECT), scene)
    assert got == b"ab"


def test_a_client_that_falls_silent_counts_as_gone(monkeypatch):
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.05)
    with pytest.raises(ClientGone):
        run(Client(part(b"a")), read)


def test_what_nobody_reads_is_not_taken_into_memory():
    client = Client(*[part(bytes(bodies.READ_AHEAD_BYTES // 2))] * 100, part(b"", more=False))

    async def scene(body: StreamedBody) -> int:
        await asyncio.sleep(0.05)
        taken = client.taken
        assert len(await read(body)) == 50 * bodies.READ_AHEAD_BYTES
        return taken

    assert run(client, scene) == 2


def test_django_sees_an_empty_body_and_does_not_cancel_who_still_writes():
    got = bytearray()

    async def scene(body: StreamedBody) -> None:
        assert await body.receive_for_django() == part(b"", more=False)
        left = asyncio.create_task(body.receive_for_django())
        try:
            async for piece in body.pieces():
                await asyncio.sleep(0.05)  # a slow disk; the client leaves meanwhile
                assert not left.done()
                got.extend(piece)
        finally:
            left.cancel()

    with pytest.raises(ClientGone):
        run(Client(part(b"a"), part(b"b"), DISCONNECT), scene)
    assert got == b"ab"
