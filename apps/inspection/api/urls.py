"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.inspection.api import findings, inspections, overview, sites

urlpatterns: list[URLPattern] = [
    path("projects/<int:id>/site/", sites.SiteView.as_view(), name="site"),
    path(
        "projects/<int:id>/site/versions/", sites.SiteVersionsView.as_view(), name="site-versions"
    ),
    path(
        "projects/<int:id>/site/versions/<int:version>/",
        sites.SiteVersionView.as_view(),
        name="site-version",
    ),
    path("calibrations/check/", sites.CalibrationCheckView.as_view(), name="calibrations-check"),
    path("rules/", sites.RulesView.as_view(), name="rules"),
    path("projects/<int:id>/inspection/", inspections.InspectionView.as_view(), name="inspection"),
    path(
        "projects/<int:id>/inspection/maps/",
        inspections.InspectionMapsView.as_view(),
        name="inspection-maps",
    ),
    path("videos/<int:id>/planes/", inspections.VideoPlanesView.as_view(), name="video-planes"),
    path("videos/<int:id>/tracks/", inspections.VideoTracksView.as_view(), name="video-tracks"),
    path("projects/<int:id>/insertions/", inspections.InsertionsView.as_view(), name="insertions"),
    path(
        "projects/<int:id>/insertions/<int:insertion_id>/",
        inspections.InsertionView.as_view(),
        name="insertion",
    ),
    path(
        "projects/<int:id>/insertion-edits/",
        inspections.InsertionEditsView.as_view(),
        name="insertion-edits",
    ),
    path(
        "projects/<int:id>/insertion-edits/<int:edit_id>/",
        inspections.InsertionEditView.as_view(),
        name="insertion-edit",
    ),
    path("projects/<int:id>/findings/", findings.FindingsView.as_view(), name="findings"),
    path(
        "projects/<int:id>/findings/precision/",
        findings.PrecisionView.as_view(),
        name="findings-precision",
    ),
    path(
        "projects/<int:id>/findings/<int:finding_id>/",
        findings.FindingView.as_view(),
        name="finding",
    ),
    path(
        "projects/<int:id>/findings/<int:finding_id>/review/",
        findings.FindingReviewView.as_view(),
        name="finding-review",
    ),
    path("projects/<int:id>/audit/", findings.AuditView.as_view(), name="audit"),
    path("overview/", overview.OverviewView.as_view(), name="overview"),
]
