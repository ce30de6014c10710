"""Addresses outside /api/: health, metrics and the dashboard."""

from django.urls import re_path

from apps.operations.api import pages, views

urlpatterns = [
    re_path(r"^health/live/?$", views.health_live, name="health-live"),
    re_path(r"^health/ready/?$", views.health_ready, name="health-ready"),
    re_path(r"^metrics/?$", views.metrics, name="metrics"),
    # Everything else that looks like a page; a missing file stays missing.
    re_path(r"^(?!api/|static/|assets/)[^.]*$", pages.dashboard, name="dashboard"),
]
