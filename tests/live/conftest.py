"""A real web server in this process, so that a test can look at the hub and read the streams."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import uvicorn
from channels.routing import URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

from apps.accounts.models import User
from apps.accounts.services import token_create
from apps.analysis.api.stream import PROJECTS
from apps.common.redis import redis_client
from apps.live.hub import Hub
from apps.live.routing import http_routes
from apps.live.services import log_key, project_topic
from apps.projects.models import Project
from apps.training.api.stream import TRAININGS
from tests.cast import user_make
from tests.live.reading import Reader
from tests.stack import free_port, wait_for


@dataclass
class LiveServer:
    origin: str
    hub: Hub

    def read(self, project_id: int, *, in_address: str = "", **how: str) -> Reader:
        """A reader; give `token=` or `cookie=`, and `last_event_id=` or the same `in_address=`."""
        query = f"?last_event_id={quote(in_address)}" if in_address else ""
        return Reader(f"{self.origin}/api/v1/projects/{project_id}/events/{query}", **how)

    def read_training(self, training_id: int, **how: str) -> Reader:
        return Reader(f"{self.origin}/api/v1/trainings/{training_id}/events/", **how)

    def get(self, project_id: int, **how: str) -> httpx.Response:
        return self.get_at(f"{self.origin}/api/v1/projects/{project_id}/events/", **how)

    def get_at(self, address: str, **headers: str) -> httpx.Response:
        return httpx.get(address, headers=headers, timeout=10, trust_env=False)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return user_make("owner")


@pytest.fixture
def project(owner: User) -> Project:
    project = Project.objects.create(owner=owner, name="Slab 3")
    redis_client().delete(log_key(project_topic(project.pk)))
    return project


@pytest.fixture
def token(owner: User) -> str:
    return token_create(user=owner, name="reader", expires_in_days=1)[1]


@pytest.fixture
def live(transactional_db: None) -> Iterator[LiveServer]:
    hub = Hub()
    django: Any = get_asgi_application()
    streams = http_routes(hub=hub, projects=PROJECTS, trainings=TRAININGS, django=django)
    application = URLRouter([*streams, re_path(r"", django)])  # as in asgi.py
    config = uvicorn.Config(
        application,
        port=free_port(),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_for(lambda: server.started, timeout_s=10)
    yield LiveServer(f"http://127.0.0.1:{config.port}", hub)
    server.should_exit = True
    thread.join(15)
    assert not thread.is_alive()
