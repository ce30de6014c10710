from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DetectorsConfig(AppConfig):
    name = "apps.detectors"
    label = "detectors"

    def ready(self) -> None:
        post_migrate.connect(_ensure_builtin, sender=self)


def _ensure_builtin(**kwargs: Any) -> None:
    # As Django does with permissions: the row belongs to the schema.
    from apps.detectors.services import builtin_detectors_ensure
    from apps.detectors.services.shipped import starter_ensure

    builtin_detectors_ensure()
    starter_ensure()
