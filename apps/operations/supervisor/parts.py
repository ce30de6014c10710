"""What the embedded set-up consists of; the same programs as in a distributed one."""

import signal
import sys
from pathlib import Path

from apps.operations.supervisor.children import ChildSpec
from apps.operations.supervisor.embedded_redis import redis_command

PARTS = ("web", "gpu", "io", "beat")


def redis_spec(*, socket: Path, data_dir: Path) -> ChildSpec:
    return ChildSpec(
        name="redis",
        command=redis_command(socket),
        folder=data_dir / "redis",
        end_signal=signal.SIGTERM,  # it closes its log in order
    )


def part_specs(
    names: tuple[str, ...], *, host: str, port: int, base_dir: Path, data_dir: Path
) -> list[ChildSpec]:
    celery = ["-m", "celery", "--quiet", "-A", "backend"]
    worker = [*celery, "worker", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    schedule = str(data_dir / "celerybeat-schedule")
    commands = {
        "web": ["-m", "backend.web", "--host", host, "--port", str(port)],
        "gpu": [*worker, "-Q", "gpu", "-P", "solo", "-c", "1", "-n", "gpu@%h"],
        "io": [*worker, "-Q", "io", "-P", "eventlet", "-c", "100", "-n", "io@%h"],
        "beat": [*celery, "beat", "--loglevel", "INFO", "--pidfile=", "-s", schedule],
    }
    return [
        ChildSpec(
            name=name,
            command=[sys.executable, *commands[name]],
            folder=base_dir,
            environment={
                "CVD_LOG_FILE": str(data_dir / "logs" / f"{name}.jsonl"),
                # eventlet and Celery warn at each start of what is known and wanted here
                "PYTHONWARNINGS": "ignore",
            },
        )
        for name in PARTS
        if name in names
    ]
