"""The ASGI application: Django for requests and answers, Channels for event streams."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()  # loads the apps, so it comes before their imports

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import re_path

from apps.analysis.api.stream import PROJECTS
from apps.common.bodies import BodyGate
from apps.live.hub import Hub
from apps.live.routing import http_routes
from apps.training.api.stream import TRAININGS

event_streams = http_routes(hub=Hub(), projects=PROJECTS, trainings=TRAININGS)

application = ProtocolTypeRouter(
    {
        "http": BodyGate(
            # Channels takes ASGI applications where Django's types know only views
            URLRouter([*event_streams, re_path(r"", django_application)]),  # type: ignore[arg-type]
            streamed=("/api/v1/uploads/", "/api/v1/detectors/files/"),
        )
    }
)
