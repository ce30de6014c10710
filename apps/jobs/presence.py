"""Which workers are alive: each says so in Redis every few seconds, also while it computes."""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import redis.exceptions
from celery.signals import (
    task_postrun,
    task_prerun,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from django.utils import timezone
from redis import Redis

from apps.common.redis import redis_client, redis_key

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
# A change is told at once, but not more often than this.
CHANGE_SECONDS = 0.5
ALIVE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """One worker process, as it last described itself."""

    name: str
    host: str
    pid: int
    queues: list[str]
    device: str
    started_at: datetime
    last_seen_at: datetime
    current: str | None
    # How long it could have taken another message, but there was none.
    idle_seconds: float

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> "WorkerInfo":
        fields = json.loads(text)
        for name in ("started_at", "last_seen_at"):
            fields[name] = datetime.fromisoformat(fields[name])
        return cls(**fields)


def workers_alive(client: Redis | None = None) -> list[WorkerInfo]:
    """The workers that were heard of lately. Raises redis errors when Redis is away."""
    client = client or redis_client()
    names = sorted(map(str, client.smembers(_names_key())))
    texts = client.mget([_worker_key(name) for name in names]) if names else []
    gone = [name for name, text in zip(names, texts, strict=True) if text is None]
    if gone:
        client.srem(_names_key(), *gone)
    return [WorkerInfo.from_json(str(text)) for text in texts if text is not None]


def _names_key() -> str:
    return redis_key("workers")


def _worker_key(name: str) -> str:
    return redis_key("worker", name)


class Presence:
    """This worker process, told to Redis by a thread of its own."""

    def __init__(self) -> None:
        self.is_stopping = threading.Event()
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._concurrency = 1
        self._tasks: set[str] = set()
        self._texts: dict[int, str] = {}
        self._idle_since: float | None = time.monotonic()
        self._thread: threading.Thread | None = None

    def start(self, *, name: str, queues: list[str], concurrency: int) -> None:
        self._name = name
        self._queues = queues
        self._concurrency = concurrency
        self._started_at = timezone.now()
        self._device = _device_name() if "gpu" in queues else "cpu"
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._changed.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def task_begins(self, task_id: str) -> None:
        self._tasks.add(task_id)
        if len(self._tasks) >= self._concurrency:
            self._idle_since = None

    def task_ends(self, task_id: str) -> None:
        self._tasks.discard(task_id)
        if self._idle_since is None:
            self._idle_since = time.monotonic()

    @contextmanager
    def working_on(self, text: str) -> Iterator[None]:
        """Say what is being worked on, in words for people."""
        key = threading.get_ident()
        self._texts[key] = text
        self._changed.set()
        try:
            yield
        finally:
            self._texts.pop(key, None)
            self._changed.set()

    def _run(self) -> None:
        while True:
            self._changed.clear()
            try:
                self._tell()
            except redis.exceptions.RedisError as error:
                logger.warning("this worker could not tell that it is alive: %s", error)
            if self._stop.wait(CHANGE_SECONDS):
                break
            self._changed.wait(BEAT_SECONDS - CHANGE_SECONDS)
            if self._stop.is_set():
                break
        try:
            redis_client().delete(_worker_key(self._name))
        except redis.exceptions.RedisError:
            logger.info("Redis is away; the worker will be forgotten by itself")

    def _tell(self) -> None:
        idle_since = self._idle_since
        texts = list(self._texts.values())
        info = WorkerInfo(
            name=self._name,
            host=socket.gethostname(),
            pid=os.getpid(),
            queues=self._queues,
            device=self._device,
            started_at=self._started_at,
            last_seen_at=timezone.now(),
            current="; ".join(texts[:3]) or None,
            idle_seconds=0.0 if idle_since is None else time.monotonic() - idle_since,
        )
        with redis_client().pipeline() as pipeline:
            pipeline.set(_worker_key(self._name), info.to_json(), ex=ALIVE_SECONDS)
            pipeline.sadd(_names_key(), self._name)
            pipeline.execute()


def _device_name() -> str:
    # Loads onnxruntime, which only a worker with a device needs.
    from workers.device import has_cuda

    return "cuda" if has_cuda() else "cpu"


# One process is one worker.
presence = Presence()


@worker_ready.connect
def _on_ready(sender: Any, **kwargs: Any) -> None:
    presence.start(
        name=f"{sender.hostname}/{os.getpid()}",
        queues=sorted(sender.app.amqp.queues.consume_from),
        concurrency=sender.pool.limit,
    )


@worker_shutting_down.connect
def _on_shutting_down(**kwargs: Any) -> None:
    presence.is_stopping.set()


@worker_shutdown.connect
def _on_shutdown(**kwargs: Any) -> None:
    presence.stop()


@task_prerun.connect
def _on_task_begins(task_id: str, **kwargs: Any) -> None:
    presence.task_begins(task_id)


@task_postrun.connect
def _on_task_ends(task_id: str, **kwargs: Any) -> None:
    presence.task_ends(task_id)
