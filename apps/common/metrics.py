"""The figures of one web process; what workers do is counted in the database and in Redis."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

disable_created_metrics()  # a second series for each, asked by nobody

# Its own registry, so that nothing of a library's shows up by being imported.
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

REQUESTS = Counter(
    "cvd_http_requests",
    "Requests answered, by view, method and status.",
    ["view", "method", "status"],
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "cvd_http_request_seconds",
    "Seconds until an answer began.",
    ["view", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=REGISTRY,
)
UPLOAD_BYTES = Counter(
    "cvd_upload_bytes", "Bytes of videos that this process has received.", registry=REGISTRY
)
EVENT_STREAMS = Gauge(
    "cvd_event_streams_open", "Event streams that this process serves now.", registry=REGISTRY
)
