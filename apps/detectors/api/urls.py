"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.detectors.api import imports, judging, views

urlpatterns: list[URLPattern] = [
    path("detectors/", views.DetectorsView.as_view(), name="detectors"),
    path("detectors/catalogue/", imports.CatalogueView.as_view(), name="detector-catalogue"),
    path("detectors/comparison/", judging.ComparisonView.as_view(), name="detector-comparison"),
    path("detectors/evaluations/", judging.EvaluationsView.as_view(), name="evaluations"),
    path("detectors/evaluations/<int:id>/", judging.EvaluationView.as_view(), name="evaluation"),
    path("detectors/files/", imports.FilesView.as_view(), name="detector-files"),
    path("detectors/imports/", imports.ImportsView.as_view(), name="detector-imports"),
    path("detectors/imports/<int:id>/", imports.ImportView.as_view(), name="detector-import"),
    path("detectors/promotions/", judging.PromotionsView.as_view(), name="promotions"),
    path("detectors/sets/", judging.SetsView.as_view(), name="evaluation-sets"),
    path("detectors/sets/<int:id>/", judging.SetView.as_view(), name="evaluation-set"),
    path(
        "detectors/sets/<int:id>/picture/",
        judging.SetPictureView.as_view(),
        name="evaluation-set-picture",
    ),
    path("detectors/<int:id>/", views.DetectorView.as_view(), name="detector"),
    path("detectors/<int:id>/activate/", judging.DetectorActivateView.as_view()),
    path("detectors/<int:id>/back/", judging.DetectorBackView.as_view()),
    path("detectors/<int:id>/retire/", views.DetectorRetireView.as_view()),
    path("detectors/<int:id>/restore/", views.DetectorRestoreView.as_view()),
    path("detectors/<int:id>/export/", views.DetectorExportView.as_view()),
    path(
        "detectors/<int:id>/export/file/",
        views.DetectorExportFileView.as_view(),
        name="detector-export-file",
    ),
]
