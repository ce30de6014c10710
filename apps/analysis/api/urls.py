"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.analysis.api import exports, results, runs

urlpatterns: list[URLPattern] = [
    path("projects/<int:id>/start/", runs.RunStartView.as_view(), name="project-start"),
    path("projects/<int:id>/cancel/", runs.RunCancelView.as_view(), name="project-cancel"),
    path("projects/<int:id>/retry/", runs.RunRetryView.as_view(), name="project-retry"),
    path("runs/", runs.RunsView.as_view(), name="runs"),
    path("runs/<int:id>/", runs.RunView.as_view(), name="run"),
    path("runs/<int:id>/segments/", runs.RunSegmentsView.as_view(), name="run-segments"),
    path("runs/<int:id>/frames/", results.RunFramesView.as_view(), name="run-frames"),
    path("runs/<int:id>/timeline/", results.RunTimelineView.as_view(), name="run-timeline"),
    path("runs/<int:id>/export/coco/", exports.RunCocoView.as_view(), name="run-export-coco"),
    path("runs/<int:id>/export/csv/", exports.RunCsvView.as_view(), name="run-export-csv"),
]
