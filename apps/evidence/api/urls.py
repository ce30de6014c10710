"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.evidence.api import drawings, evidence, reports

urlpatterns: list[URLPattern] = [
    path("videos/<int:id>/still/", drawings.StillView.as_view(), name="video-still"),
    path("projects/<int:id>/inspection/plan.svg", drawings.PlanSvgView.as_view(), name="plan-svg"),
    path("projects/<int:id>/inspection/plan.png", drawings.PlanPngView.as_view(), name="plan-png"),
    path(
        "projects/<int:id>/inspection/overlay.png", drawings.OverlayView.as_view(), name="overlay"
    ),
    path(
        "projects/<int:id>/inspection/export/json/",
        evidence.InspectionJsonView.as_view(),
        name="inspection-json",
    ),
    path(
        "projects/<int:id>/inspection/export/insertions.csv",
        evidence.InsertionsCsvView.as_view(),
        name="insertions-csv",
    ),
    path(
        "projects/<int:id>/inspection/export/findings.csv",
        evidence.FindingsCsvView.as_view(),
        name="findings-csv",
    ),
    path(
        "projects/<int:id>/inspection/export/coverage.csv",
        evidence.CoverageCsvView.as_view(),
        name="coverage-csv",
    ),
    path(
        "projects/<int:id>/inspection/export/tracks.csv",
        evidence.TracksCsvView.as_view(),
        name="tracks-csv",
    ),
    path(
        "projects/<int:id>/findings/<int:finding_id>/evidence/",
        evidence.FindingEvidenceView.as_view(),
        name="finding-evidence",
    ),
    path(
        "projects/<int:id>/findings/<int:finding_id>/evidence/<str:name>",
        evidence.FindingEvidenceFileView.as_view(),
        name="finding-evidence-file",
    ),
    path("projects/<int:id>/reports/", reports.ReportsView.as_view(), name="reports"),
    path("reports/<int:id>/", reports.ReportView.as_view(), name="report"),
    path("reports/<int:id>/file/", reports.ReportFileView.as_view(), name="report-file"),
]
