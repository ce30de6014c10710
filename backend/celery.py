"""The Celery application; `celery -A backend` finds it here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

app = Celery("cvd_mis")
# `current_app` is a thread's own, and Django answers in threads that did not import this.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
