"""Figures that are the same for all web processes, read when they are asked for."""

import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Sum
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.analysis.models import Segment
from apps.jobs.models import Job, JobState
from apps.jobs.presence import workers_alive
from apps.operations.selectors.system import QUEUES, queue_lengths

logger = logging.getLogger(__name__)


class SharedFigures(Collector):
    """A part that is away is left out and named in `cvd_part_up`; the rest is still told."""

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("cvd_part_up", "1 where a part answers.", labels=["part"])
        yield from self._from("database", _database_figures, up)
        yield from self._from("redis", _redis_figures, up)
        yield GaugeMetricFamily(
            "cvd_disk_free_bytes",
            "Free bytes where videos are kept.",
            value=shutil.disk_usage(settings.DATA_DIR).free,
        )
        yield up

    def describe(self) -> Iterable[Metric]:
        """Nothing is read at registration."""
        return []

    def _from(self, part: str, read: object, up: GaugeMetricFamily) -> list[Metric]:
        assert callable(read)
        try:
            figures = list(read())
        except (DatabaseError, redis.RedisError) as error:
            logger.warning("no figures from the %s: %s", part, error)
            up.add_metric([part], 0)
            return []
        up.add_metric([part], 1)
        return figures


def _database_figures() -> Iterator[Metric]:
    jobs = GaugeMetricFamily("cvd_jobs", "Jobs, by kind and state.", labels=["kind", "state"])
    rows = Job.objects.values_list("kind", "state").annotate(count=Count("pk")).order_by()
    for kind, state, count in rows:
        jobs.add_metric([kind, state], count)
    yield jobs
    active = Job.objects.filter(state=JobState.RUNNING).count()
    yield GaugeMetricFamily("cvd_jobs_running", "Jobs at work now.", value=active)
    frames = Segment.objects.aggregate(total=Sum("frames_done"))["total"] or 0
    yield GaugeMetricFamily(
        "cvd_frames_analysed", "Frames whose results are stored, of all runs.", value=frames
    )
    connection.close_if_unusable_or_obsolete()


def _redis_figures() -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "cvd_queue_messages", "Messages that no worker has taken yet.", labels=["queue"]
    )
    for name, length in queue_lengths().items():
        waiting.add_metric([name], length)
    yield waiting
    alive = Counter(queue for worker in workers_alive() for queue in worker.queues)
    workers = GaugeMetricFamily("cvd_workers", "Workers alive, by queue.", labels=["queue"])
    for name in QUEUES:
        workers.add_metric([name], alive[name])
    yield workers
