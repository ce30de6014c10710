"""Health for load balancers, figures for Prometheus, the state of the servers for engineers."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.permissions import IsEngineer
from apps.common.errors import error_body
from apps.common.metrics import REGISTRY
from apps.operations.api.serializers import (
    LivenessSerializer,
    ReadinessSerializer,
    SystemSerializer,
)
from apps.operations.selectors.figures import SharedFigures
from apps.operations.selectors.health import OK, readiness
from apps.operations.selectors.system import system_state

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@extend_schema(tags=["operations"], auth=[])
class LivenessView(APIView):
    """200 while the process answers."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="health_live", responses=LivenessSerializer)
    def get(self, request: Request) -> Response:
        return Response({"status": OK})


@extend_schema(tags=["operations"], auth=[])
class ReadinessView(APIView):
    """200 when everything that requests need is there; 503 names what is not."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="health_ready",
        responses={200: ReadinessSerializer, 503: ReadinessSerializer},
    )
    def get(self, request: Request) -> Response:
        body, status = _readiness()
        return Response(body, status=status)


@extend_schema(tags=["operations"])
class SystemView(APIView):
    """Workers, queues, devices, disk, memory, database and Redis."""

    permission_classes = (IsEngineer,)

    @extend_schema(operation_id="system_retrieve", responses=SystemSerializer)
    def get(self, request: Request) -> Response:
        return Response(SystemSerializer(system_state()).data)


def health_live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": OK})


def health_ready(request: HttpRequest) -> JsonResponse:
    body, status = _readiness()
    return JsonResponse(body, status=status)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for whoever is on this machine or has the token."""
    if not _may_read_metrics(request):
        return JsonResponse(
            error_body("forbidden", "Metrics need CVD_METRICS_TOKEN, or a request on loopback."),
            status=403,
        )
    shared = CollectorRegistry()
    shared.register(SharedFigures())
    text = generate_latest(REGISTRY) + generate_latest(shared)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _readiness() -> tuple[dict[str, object], int]:
    checks = readiness()
    is_ready = all(outcome == OK for outcome in checks.values())
    body: dict[str, object] = {"status": OK if is_ready else "unavailable", "checks": checks}
    return body, 200 if is_ready else 503


def _may_read_metrics(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").encode()
    if settings.METRICS_TOKEN:
        return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    # Behind a proxy on this machine everybody comes from loopback, but forwarded.
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not is_forwarded
