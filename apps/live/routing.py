"""Addresses of event streams; before Django, because they answer for minutes."""

from django.urls import URLPattern, path

from apps.live.consumers import EventStream, StreamSource
from apps.live.hub import Hub


def http_routes(*, hub: Hub, projects: StreamSource, trainings: StreamSource) -> list[URLPattern]:
    """Routes whose streams share one hub."""
    return [
        path(f"api/v1/{name}/<int:id>/events/", EventStream.as_asgi(hub=hub, source=source))
        for name, source in (("projects", projects), ("trainings", trainings))
    ]
