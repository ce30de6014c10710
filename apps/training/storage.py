"""Where trainings work. No path is made of a name somebody typed."""

from pathlib import Path

from django.conf import settings


def training_folder(folder: str) -> Path:
    """Gets `checkpoint/` while a training goes on, and `model/` when it has ended."""
    return Path(settings.TRAINING_ROOT) / folder


def trained_model(folder: str) -> Path:
    """What a training has made; it is there whole or not at all."""
    return training_folder(folder) / "model"
