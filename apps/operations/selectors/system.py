"""What the servers have and do, for the system page and for the figures."""

import logging
import shutil
import sqlite3
import subprocess
from typing import Any

import psutil
import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Sum
from kombu.exceptions import ChannelError, OperationalError

from apps.common.redis import redis_client
from apps.jobs.presence import WorkerInfo, workers_alive
from apps.projects.models import Video, VideoState

logger = logging.getLogger(__name__)

QUEUES = ("gpu", "io")
_NVIDIA_FIELDS = "name,memory.total,memory.used,utilization.gpu"


def system_state() -> dict[str, Any]:
    """Everything; a part that is away is told as such, or left empty."""
    memory = psutil.virtual_memory()
    return {
        "version": settings.VERSION,
        "workers": workers(),
        "queues": [{"name": name, "waiting": count} for name, count in queue_lengths().items()],
        "gpus": gpus(),
        "disk": disk(),
        "memory": {"total_bytes": memory.total, "available_bytes": memory.available},
        "database": database(),
        "redis": redis_state(),
    }


def workers() -> list[WorkerInfo]:
    """Empty while Redis is away."""
    try:
        return workers_alive()
    except redis.RedisError:
        return []


def queue_lengths() -> dict[str, int]:
    """Messages that no worker has taken yet; empty while the broker is away."""
    try:
        with current_app.connection_for_read(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            return {name: _queue_length(broker, name) for name in QUEUES}
    except (OperationalError, redis.RedisError, OSError) as error:
        logger.warning("the broker cannot be asked for its queues: %s", error)
        return {}


def _queue_length(broker: Any, name: str) -> int:
    try:
        with broker.channel() as channel:
            return int(channel.queue_declare(queue=name, passive=True).message_count)
    except ChannelError:  # an empty queue does not exist
        return 0


def disk() -> dict[str, Any]:
    usage = shutil.disk_usage(settings.DATA_DIR)
    originals = Video.objects.exclude(state=VideoState.REJECTED)  # whose files are gone
    return {
        "path": str(settings.DATA_DIR),
        "total_bytes": usage.total,
        "free_bytes": usage.free,
        "reserve_bytes": settings.DISK_RESERVE_BYTES,
        "media_bytes": originals.aggregate(total=Sum("size_bytes"))["total"] or 0,
    }


def database() -> dict[str, Any]:
    if connection.vendor == "sqlite":
        return {"vendor": "sqlite", "version": sqlite3.sqlite_version, "ok": True}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT VERSION()")
            version = str(cursor.fetchone()[0])
    except DatabaseError:
        return {"vendor": connection.vendor, "version": "", "ok": False}
    vendor = "mariadb" if "mariadb" in version.lower() else connection.vendor
    return {"vendor": vendor, "version": version, "ok": True}


def redis_state() -> dict[str, Any]:
    try:
        facts = redis_client().info()
    except redis.RedisError:
        return {"version": "", "ok": False, "used_memory_bytes": 0}
    return {
        "version": facts["redis_version"],
        "ok": True,
        "used_memory_bytes": facts["used_memory"],
    }


def gpus() -> list[dict[str, Any]]:
    """The NVIDIA devices of this machine; empty where there is no driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        answer = subprocess.run(
            [program, f"--query-gpu={_NVIDIA_FIELDS}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=3,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        logger.warning("nvidia-smi does not answer: %s", error)
        return []
    return [gpu_from_line(line) for line in answer.stdout.splitlines() if line.strip()]


def gpu_from_line(line: str) -> dict[str, Any]:
    """From nvidia-smi's CSV: name, MiB in all, MiB used, percent; `[N/A]` where it cannot say."""
    name, total, used, busy = [word.strip() for word in line.rsplit(",", 3)]
    return {
        "name": name,
        "memory_total_bytes": _number(total) * 2**20,
        "memory_used_bytes": _number(used) * 2**20,
        "utilization_percent": _number(busy),
    }


def _number(word: str) -> int:
    return int(word) if word.isdigit() else 0
