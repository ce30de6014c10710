"""Addresses of this app below /api/v1/."""

from django.urls import path

from apps.operations.api import views

urlpatterns = [
    path("health/live/", views.LivenessView.as_view()),
    path("health/ready/", views.ReadinessView.as_view()),
    path("system/", views.SystemView.as_view(), name="system"),
]
