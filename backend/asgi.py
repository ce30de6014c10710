"""The ASGI application: Django for requests and answers, Channels for event streams."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

from django.core.asgi import get_asgi_application

# Channels takes ASGI applications where Django's types know only its own and views
django_application: Any = get_asgi_application()  # loads the apps, so it comes before their imports

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import re_path

from apps.analysis.api.stream import PROJECTS
from apps.common.bodies import BodyGate
from apps.live.hub import Hub
from apps.live.routing import http_routes
from apps.training.api.stream import TRAININGS

event_streams = http_routes(
    hub=Hub(), projects=PROJECTS, trainings=TRAININGS, django=django_application
)

application = ProtocolTypeRouter(
    {
        "http": BodyGate(
            URLRouter([*event_streams, re_path(r"", django_application)]),
            streamed=("/api/v1/uploads/", "/api/v1/detectors/files/"),
        )
    }
)
