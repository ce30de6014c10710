"""What `manage.py doctor` looks at: each check is one finding, with what to do about it."""

import os
import platform
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

import psutil
import redis.exceptions
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from apps.operations.selectors.health import CHECKS
from apps.operations.selectors.system import QUEUES, redis_state, workers
from apps.operations.supervisor.embedded_redis import RedisNotFound, redis_answers, redis_program

Level = Literal["ok", "warn", "fail"]
DECODERS = ("h264", "hevc", "av1", "vp9", "mpeg4", "mjpeg")
ENCODERS = ("libx264",)
MEMORY_WANTED_BYTES = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `advice` says what to do unless all is well."""

    name: str
    level: Level
    text: str
    advice: str = ""


def findings() -> Iterator[Finding]:
    """All of them, each as soon as it is known; a check that breaks is a finding too."""
    for check in (
        _python,
        _packages,
        _settings,
        _cuda,
        _codecs,
        _data_folder,
        _memory,
        _database,
        _redis,
        _broker,
        _workers,
        _pages,
    ):
        try:
            yield check()
        except Exception as error:  # noqa: BLE001 - the others are still worth knowing
            yield Finding(check.__name__.strip("_"), "fail", f"{type(error).__name__}: {error}")


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info[:2] in {(3, 11), (3, 12)}:
        return Finding("python", "ok", version)
    advice = "use Python 3.11 or 3.12, for which every package comes ready made"
    return Finding("python", "warn" if sys.version_info >= (3, 13) else "fail", version, advice)


def _packages() -> Finding:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    wrong = []
    pins = [pin for pin in project["project"]["dependencies"] if _is_for_this_python(pin)]
    for pin in pins:
        name, wanted = re.match(r"([\w.-]+)(?:\[.*\])?==([\w.]+)", pin).groups()  # type: ignore[union-attr]
        have = _installed(name)
        if have != wanted:
            wrong.append(f"{name} is {have or 'missing'}, not {wanted}")
    if wrong:
        return Finding("packages", "fail", "; ".join(wrong), "run make run, or make environment")
    return Finding("packages", "ok", f"{len(pins)} at their pinned versions")


def _is_for_this_python(pin: str) -> bool:
    return "python_version < '3.13'" not in pin or sys.version_info < (3, 13)


def _installed(name: str) -> str | None:
    for candidate in (name, f"{name}-gpu"):  # onnxruntime's build with CUDA
        try:
            # Without the build's name: torch's for a CPU is 2.13.0+cpu.
            return metadata.version(candidate).partition("+")[0]
        except metadata.PackageNotFoundError:
            continue
    return None


def _settings() -> Finding:
    messages = checks.run_checks()
    if not messages:
        return Finding("settings", "ok", f"data in {settings.DATA_DIR}")
    is_error = any(message.is_serious() for message in messages)
    first = messages[0]
    text = "; ".join(f"{message.id}: {message.msg}" for message in messages)
    return Finding("settings", "fail" if is_error else "warn", text, first.hint or "")


def _cuda() -> Finding:
    from workers.device import has_cuda

    if has_cuda():
        return Finding("cuda", "ok", "used for detection")
    if shutil.which("nvidia-smi"):
        return Finding(
            "cuda",
            "warn",
            "there is an NVIDIA driver, but onnxruntime has no CUDA",
            "make clean environment installs onnxruntime-gpu where nvidia-smi is found",
        )
    return Finding("cuda", "ok", "no NVIDIA device: detection runs on the CPU")


def _codecs() -> Finding:
    import av

    missing = [name for name in DECODERS if not _has_codec(name, "r")]
    missing += [name for name in ENCODERS if not _has_codec(name, "w")]
    if missing:
        advice = "install PyAV from its wheel (pip install --only-binary=:all: av)"
        return Finding("codecs", "fail", f"missing: {', '.join(missing)}", advice)
    return Finding("codecs", "ok", f"PyAV {av.__version__}: {', '.join((*DECODERS, *ENCODERS))}")


def _has_codec(name: str, mode: Literal["r", "w"]) -> bool:
    from av.codec.codec import Codec, UnknownCodecError

    try:
        Codec(name, mode)
    except UnknownCodecError:
        return False
    return True


def _data_folder() -> Finding:
    folder = settings.DATA_DIR
    if not os.access(folder, os.W_OK):
        return Finding("disk", "fail", f"{folder} cannot be written", "give its owner the right")
    free = shutil.disk_usage(folder).free
    text = f"{free / 2**30:.1f} GiB free in {folder}"
    if free < settings.DISK_RESERVE_BYTES:
        return Finding(
            "disk",
            "fail",
            f"{text}, less than the reserve: uploads are refused",
            "delete projects, or move the data with CVD_DATA_DIR",
        )
    return Finding("disk", "ok", text)


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    text = f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB available"
    if memory.total < MEMORY_WANTED_BYTES:
        return Finding("memory", "warn", text, "4 GiB are the least for checking and analysing")
    return Finding("memory", "ok", text)


def _database() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return Finding("database", "fail", str(error), "check CVD_DATABASE_URL and the server")
    if pending:
        text = f"{connection.vendor}: {len(pending)} changes are to be made to its tables"
        return Finding("database", "warn", text, "run python manage.py migrate (up does it)")
    return Finding("database", "ok", connection.vendor)


def _redis() -> Finding:
    if not redis_answers(settings.REDIS_URL):
        if not settings.REDIS_IS_EMBEDDED:
            return Finding("redis", "fail", "does not answer", "check CVD_REDIS_URL and the server")
        try:
            program = redis_program()
        except RedisNotFound as error:
            return Finding("redis", "fail", "there is no Redis program", str(error))
        advice = "python manage.py up starts it"
        return Finding("redis", "warn", f"not running; {program} will be used", advice)
    version = redis_state()["version"]
    try:
        risk = _redis_risk()
    except redis.exceptions.ResponseError:  # managed ones forbid the command
        return Finding(
            "redis",
            "warn",
            f"{version}: its settings are unknown, it does not let them be read",
            "see to maxmemory-policy noeviction and to its persistence where it is managed",
        )
    if risk:
        return Finding("redis", "warn", f"{version}: {risk}", "see docs/deploy.md, Redis")
    return Finding("redis", "ok", version)


def _redis_risk() -> str:
    from apps.common.redis import redis_client

    config = redis_client().config_get("*")
    if config.get("maxmemory-policy") != "noeviction":
        return "its maxmemory-policy may throw messages away"
    if config.get("appendonly") != "yes":
        return "appendonly is off: a restart forgets messages (the reaper sends them again)"
    return ""


def _broker() -> Finding:
    try:
        CHECKS["broker"]()
    except Exception as error:  # noqa: BLE001 - brokers differ in what they raise
        level: Level = "warn" if settings.REDIS_IS_EMBEDDED else "fail"
        advice = "python manage.py up starts it" if level == "warn" else "check CVD_BROKER_URL"
        return Finding("broker", level, f"does not answer ({type(error).__name__})", advice)
    return Finding("broker", "ok", "answers")


def _workers() -> Finding:
    alive = workers()
    served = {queue for worker in alive for queue in worker.queues}
    idle = [name for name in QUEUES if name not in served]
    text = ", ".join(f"{worker.name} ({'+'.join(worker.queues)})" for worker in alive) or "none"
    if idle:
        advice = f"nobody works on: {', '.join(idle)}; python manage.py up starts workers"
        return Finding("workers", "warn", text, advice)
    return Finding("workers", "ok", text)


def _pages() -> Finding:
    if (settings.FRONTEND_DIST / "index.html").is_file():
        return Finding("pages", "ok", "built")
    return Finding("pages", "warn", "not built", "make frontend (needs Node 20)")
