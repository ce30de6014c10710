"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.detectors.api import views

urlpatterns: list[URLPattern] = [
    path("detectors/", views.DetectorsView.as_view(), name="detectors"),
    path("detectors/<int:id>/", views.DetectorView.as_view(), name="detector"),
]
