"""The one connection pool to Redis, and the names of what lies there."""

import functools

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


@functools.cache
def redis_client() -> Redis:
    """A client that fails within seconds when Redis is away, after one fresh connection."""
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=2,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 1),
    )


def redis_key(*parts: object) -> str:
    """A key of this installation; several can share one server."""
    return ":".join([settings.REDIS_PREFIX, *map(str, parts)])
