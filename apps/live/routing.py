"""Addresses of event streams; before Django, because they answer for minutes."""

from typing import Any

from django.urls import URLPattern, path

from apps.common.bodies import Application
from apps.live.consumers import EventStream, StreamSource
from apps.live.cors import across_origins
from apps.live.hub import Hub


def http_routes(
    *, hub: Hub, projects: StreamSource, trainings: StreamSource, django: Application
) -> list[URLPattern]:
    """Routes whose streams share one hub; `django` answers whether another origin may read them."""
    streams: dict[str, Any] = {  # Django's types know only views
        name: across_origins(EventStream.as_asgi(hub=hub, source=source), django=django)
        for name, source in (("projects", projects), ("trainings", trainings))
    }
    return [path(f"api/v1/{name}/<int:id>/events/", stream) for name, stream in streams.items()]
