"""Answers that are made while they are sent."""

import asyncio
from collections.abc import Iterator

from apps.common.streaming import streamed


def test_nothing_is_made_before_it_is_wanted():
    made: list[int] = []

    def pieces() -> Iterator[str]:
        for number in range(3):
            made.append(number)
            yield f"{number}号"

    async def read() -> tuple[bytes, list[int], list[bytes]]:
        stream = streamed(pieces())
        first = await anext(stream)
        return first, list(made), [piece async for piece in stream]

    assert asyncio.run(read()) == ("0号".encode(), [0], ["1号".encode(), "2号".encode()])
