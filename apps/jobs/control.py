"""What a handler holds while it works: progress out, cancellation in, and a lease kept alive."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connections

from apps.common.patience import TRANSIENT

logger = logging.getLogger(__name__)

# A cancellation is noticed this soon, and progress is written this often.
RENEW_SECONDS = 1.0


class JobCancelled(Exception):
    """The work is no longer wanted, or no longer ours: stop and leave nothing behind."""


class Renewal:
    """Calls `renew` again and again while the work goes on; ends with the `with` block.

    `renew` answers False when the lease is lost or the work is to stop. A database that is away
    says nothing about the lease, so it changes nothing: the compare-and-set at the end decides.
    """

    def __init__(
        self, renew: Callable[[], bool], *, interval_seconds: float = RENEW_SECONDS
    ) -> None:
        self._renew = renew
        self._lost = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._interval = min(interval_seconds, settings.JOB_LEASE.total_seconds() / 3)

    @property
    def is_lost(self) -> bool:
        return self._lost.is_set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._interval) and not self._lost.is_set():
                try:
                    if not self._renew():
                        self._lost.set()
                except TRANSIENT as error:
                    logger.warning("the lease could not be renewed: %s", error)
                    connections.close_all()
        finally:
            connections.close_all()


class JobControl:
    """The handler's side of a job that is being worked on."""

    def __init__(self) -> None:
        self.fraction = 0.0
        self._renewal: Renewal | None = None

    def bind(self, renewal: Renewal) -> Self:
        self._renewal = renewal
        return self

    def progress(self, fraction: float) -> None:
        """How far the work is, 0 to 1; written with the next renewal of the lease."""
        self.fraction = min(max(fraction, 0.0), 1.0)

    def check(self) -> None:
        """Raise JobCancelled when the work is to stop. Cheap: call it often.

        Under eventlet it lets others go on: the renewal of this lease, and other jobs.
        """
        time.sleep(0)
        if self._renewal is not None and self._renewal.is_lost:
            raise JobCancelled
