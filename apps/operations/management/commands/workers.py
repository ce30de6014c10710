"""`manage.py workers`: who works on what; fails when nobody does, for health checks and scripts."""

import argparse
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from redis import RedisError

from apps.jobs.presence import workers_alive


class Command(BaseCommand):
    help = "Lists the workers that are alive; exits with 1 when there are none."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--queue", help="only those that work on this queue")
        parser.add_argument("--here", action="store_true", help="only those of this machine")

    def handle(self, *, queue: str | None, here: bool, **options: Any) -> None:
        try:
            alive = workers_alive()
        except RedisError as error:
            raise CommandError(f"Redis does not answer: {error}") from error
        chosen = [
            worker
            for worker in alive
            if (queue is None or queue in worker.queues)
            and (not here or worker.host == socket.gethostname())
        ]
        for worker in chosen:
            queues = "+".join(worker.queues)
            doing = worker.current or "waiting"
            self.stdout.write(f"{worker.name}  {queues}  {worker.device}  {doing}")
        if not chosen:
            raise CommandError("no such worker is alive")
