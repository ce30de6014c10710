"""Answers that are made while they are sent."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async


async def streamed(pieces: Iterator[str] | Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each piece is made in the thread that may talk to the database, when it is wanted.

    Django would make all the pieces of a plain iterator before it sends the first.
    """
    while (piece := await sync_to_async(_next_of)(pieces)) is not None:
        yield piece.encode() if isinstance(piece, str) else piece


def _next_of(pieces: Iterator[str] | Iterator[bytes]) -> str | bytes | None:
    return next(pieces, None)
