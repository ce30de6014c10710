"""Addresses of event streams; before Django, because they answer for minutes."""

from django.urls import URLPattern, path

from apps.live.consumers import EventStream, StreamSource
from apps.live.hub import Hub


def http_routes(source: StreamSource) -> list[URLPattern]:
    """Routes whose streams share one hub."""
    stream = EventStream.as_asgi(hub=Hub(), source=source)
    return [path("api/v1/projects/<int:id>/events/", stream)]
