"""Celery beat that works off what is due by itself.

The reaper must not wait in a queue that it looks after: behind hundreds of videos, or for an io
worker that is gone.
"""

import logging
from typing import Any

from celery.beat import PersistentScheduler
from django.db import connections

logger = logging.getLogger(__name__)


class LocalScheduler(PersistentScheduler):
    """Calls the due task here and now; the next one is due after it."""

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        try:
            self.app.tasks[entry.task]()
        except Exception:
            logger.exception("%s failed; it is called again when it is due", entry.task)
        finally:
            # Nothing here begins or ends a request, so nothing else closes a broken one.
            connections.close_all()
