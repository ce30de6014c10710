"""Waiting out a database, Redis or broker that is away for a moment."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

import redis.exceptions
from django.db import InterfaceError, OperationalError, connection
from kombu.exceptions import OperationalError as BrokerError

logger = logging.getLogger(__name__)

TRANSIENT: tuple[type[Exception], ...] = (
    OperationalError,
    InterfaceError,
    BrokerError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
)
PATIENCE_SECONDS = 600.0
LONGEST_PAUSE_SECONDS = 5.0

T = TypeVar("T")


def outlast(action: Callable[[], T], *, patience_seconds: float = PATIENCE_SECONDS) -> T:
    """The result of `action`, tried again while something it needs is away.

    `action` runs outside of a transaction and must be harmless to repeat: a connection can break
    after the database has committed.
    """
    give_up_at = time.monotonic() + patience_seconds
    pause = 0.2
    while True:
        try:
            return action()
        except TRANSIENT as error:
            if time.monotonic() > give_up_at:
                raise
            logger.warning("waiting for something that is away: %s", error)
            connection.close()
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
