"""Addresses: /api/v1/ for programs and pages, everything else is the dashboard."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

api = [
    path("", include("apps.accounts.api.urls")),
    path("", include("apps.projects.api.urls")),
    path("", include("apps.analysis.api.urls")),
    path("", include("apps.inspection.api.urls")),
    path("", include("apps.evidence.api.urls")),
    path("", include("apps.detectors.api.urls")),
    path("", include("apps.samples.api.urls")),
    path("", include("apps.datasets.api.urls")),
    path("", include("apps.training.api.urls")),
    path("", include("apps.operations.api.urls")),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("", include("apps.operations.urls")),
]

handler400 = "apps.common.errors.bad_request_view"
handler403 = "apps.common.errors.forbidden_view"
handler404 = "apps.common.errors.not_found_view"
handler500 = "apps.common.errors.server_error_view"
