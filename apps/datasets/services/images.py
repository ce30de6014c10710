"""Pictures come into a dataset, each content once."""

import hashlib
import os
from pathlib import Path

from django.db import IntegrityError, transaction
from PIL import Image

from apps.datasets.models import DatasetImage
from apps.datasets.storage import image_path
from apps.projects.storage import storage_errors


def image_add(image: DatasetImage, picture: Path) -> bool:
    """Keep the picture, which is moved, under its digest; False when the dataset has it already."""
    with Image.open(picture) as opened:
        image.width, image.height = opened.size
    with open(picture, "rb") as file:
        image.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    image.file = f"{image.sha256}{picture.suffix}"
    target = image_path(image.dataset.folder, image.file)
    with storage_errors():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(picture, target)
    try:
        with transaction.atomic():
            image.save(force_insert=True)
    except IntegrityError:
        return False
    return True
