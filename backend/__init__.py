"""The Django project: settings, wiring, and nothing that anybody imports."""

from backend.celery import app as celery_app

__all__ = ["celery_app"]
