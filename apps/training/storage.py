"""Where trainings work. No path is made of a name somebody typed."""

from pathlib import Path

from django.conf import settings


def training_folder(folder: str) -> Path:
    """Gets `checkpoint/` while a training goes on, and `model/` when it has ended."""
    return Path(settings.TRAINING_ROOT) / folder
