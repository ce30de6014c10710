"""`manage.py up`: the whole system on this machine, as one foreground process."""

import argparse
import http.client
import os
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from apps.accounts.services import first_admin_create
from apps.operations.supervisor import embedded_redis, instance, parts
from apps.operations.supervisor.supervisor import Supervisor, say


class Command(BaseCommand):
    help = "Prepares the data folder, then runs every part of the system until Ctrl-C."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
        parser.add_argument(
            "--only",
            default=",".join(parts.PARTS),
            metavar="PARTS",
            help=f"comma-separated, of {', '.join(parts.PARTS)} (Redis comes with any of them)",
        )

    def handle(self, *, host: str, port: int, only: str, **options: Any) -> None:
        names = tuple(only.split(","))
        if unknown := sorted(set(names) - set(parts.PARTS)):
            raise CommandError(f"unknown part {unknown[0]!r}; there are {', '.join(parts.PARTS)}")
        try:
            folders_make()
            with instance.held(settings.DATA_DIR):
                if "web" in names:
                    port_check(host, port)
                self._run(names, host, port)
        except (instance.AlreadyRunning, embedded_redis.RedisNotFound, OSError) as error:
            raise CommandError(str(error)) from error

    def _run(self, names: tuple[str, ...], host: str, port: int) -> None:
        address = f"http://{host}:{port}"
        with Supervisor(data_dir=settings.DATA_DIR, address=address, say=say) as supervisor:
            self._redis(supervisor)
            self._prepare()
            if supervisor.is_stopping:
                return
            supervisor.start(
                parts.part_specs(
                    names,
                    host=host,
                    port=port,
                    base_dir=settings.BASE_DIR,
                    data_dir=settings.DATA_DIR,
                )
            )
            if "web" in names and supervisor.run_until(lambda: web_answers(host, port)):
                self._welcome(address)
            supervisor.run_until(lambda: False)
            say("up", "stopping")
        embedded_redis.socket_folder_remove(settings.REDIS_SOCKET, settings.DATA_DIR)
        say("up", "stopped")

    def _redis(self, supervisor: Supervisor) -> None:
        if settings.REDIS_IS_EMBEDDED:
            embedded_redis.socket_folder_prepare(settings.REDIS_SOCKET)
            # one that a killed system left behind is on its way out
            if not embedded_redis.redis_wait(settings.REDIS_URL, answers=False):
                raise CommandError(f"another Redis still answers at {settings.REDIS_SOCKET}")
            supervisor.start(
                [parts.redis_spec(socket=settings.REDIS_SOCKET, data_dir=settings.DATA_DIR)]
            )
        if (
            not supervisor.run_until(
                lambda: embedded_redis.redis_answers(settings.REDIS_URL), timeout_s=15
            )
            and not supervisor.is_stopping
        ):
            raise CommandError(
                "Redis does not answer; see logs/redis.log in the data folder, or check "
                "CVD_REDIS_URL"
            )

    def _prepare(self) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            raise CommandError(f"the database cannot be used: {error}") from error
        call_command("collectstatic", interactive=False, verbosity=0)
        connections.close_all()

    def _welcome(self, address: str) -> None:
        say("up", f"CVD-MIS is at {address}")
        if created := first_admin_create():
            user, password = created
            say("up", f"first administrator: {user.username}   password: {password}")
            say("up", "write it down, it is not shown again; it can be changed under Account")
        connections.close_all()


def folders_make() -> None:
    for folder in (
        settings.DATA_DIR,
        settings.MEDIA_ROOT,
        settings.UPLOAD_ROOT,
        settings.DETECTOR_ROOT,
        settings.FILE_UPLOAD_TEMP_DIR,
        settings.DATA_DIR / "logs",
        settings.DATA_DIR / "redis",
    ):
        Path(folder).mkdir(parents=True, exist_ok=True)


def port_check(host: str, port: int) -> None:
    """Says at once what the web server could only say in a traceback."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"cannot listen on {host}:{port} ({error.strerror}); "
                "choose another port with PORT=… or --port"
            ) from error


def web_answers(host: str, port: int) -> bool:
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(reach, port, timeout=2)
    try:
        connection.request("GET", "/health/live", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
