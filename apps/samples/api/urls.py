"""Addresses of this app below /api/v1/."""

from django.urls import URLPattern, path

from apps.samples.api import views

urlpatterns: list[URLPattern] = [
    path("samples/", views.SamplesView.as_view(), name="samples"),
    path("projects/sample/", views.SampleStartView.as_view(), name="sample-start"),
    path("projects/<int:id>/sample/", views.SampleView.as_view(), name="sample"),
]
