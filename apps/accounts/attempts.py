"""Failed tries to prove who one is, counted in the cache so that all web processes share them."""

import contextlib
import hashlib
import time
from dataclasses import dataclass

from django.core.cache import cache

from apps.common.errors import TooManyRequests

WINDOW_SECONDS = 15 * 60
LIMIT_PER_NAME_AND_ADDRESS = 5
LIMIT_PER_ADDRESS = 50


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try; it counts as failed until it is known to have succeeded."""

    name_key: str
    address_key: str

    def succeeded(self) -> None:
        cache.delete(self.name_key)
        with contextlib.suppress(ValueError):  # the window's counter is gone already
            cache.decr(self.address_key)


def attempt_begin(*, username: str, address: str) -> Attempt:
    """Counts before the password is looked at: parallel tries cannot slip through together."""
    window, elapsed_seconds = divmod(int(time.time()), WINDOW_SECONDS)
    name = hashlib.sha256(username.casefold().encode()).hexdigest()
    attempt = Attempt(
        name_key=f"attempts:{window}:{address}:{name}",
        address_key=f"attempts:{window}:{address}",
    )
    # Both are counted, also when the first is already over its limit.
    counts = (_count(attempt.name_key), _count(attempt.address_key))
    if counts[0] > LIMIT_PER_NAME_AND_ADDRESS or counts[1] > LIMIT_PER_ADDRESS:
        wait_seconds = WINDOW_SECONDS - elapsed_seconds
        raise TooManyRequests(
            f"Too many wrong tries. Try again in {-(-wait_seconds // 60)} minutes.",
            code="too_many_attempts",
            headers={"Retry-After": str(wait_seconds)},
        )
    return attempt


def _count(key: str) -> int:
    cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
    return int(cache.incr(key))
