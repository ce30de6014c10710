"""Pictures come into a dataset, each content once."""

import hashlib
import os
from pathlib import Path
from uuid import uuid4

from django.db import IntegrityError, transaction
from PIL import Image

from apps.common.errors import NotFound
from apps.datasets.models import DatasetImage
from apps.datasets.storage import image_path, thumbnail_path
from apps.projects.storage import storage_errors
from workers.errors import MediaError
from workers.media.images import shrink

# Sharp on a card of 240 pixels on a screen with a ratio of two, at some 20 KB.
THUMBNAIL_PX = 480


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


def thumbnail_ensure(folder: str, file: str) -> Path:
    """The small copy of a picture, made now if nobody has looked at it before."""
    path = thumbnail_path(folder, file)
    if path.exists():
        return path
    with storage_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two who ask at once write the same picture, each beside the place.
        part = path.with_suffix(f".{uuid4().hex}.part")
        try:
            shrink(image_path(folder, file), part, longest_px=THUMBNAIL_PX)
            os.replace(part, path)
        except MediaError as error:
            raise NotFound("This picture is not there any more, or damaged.") from error
        finally:
            part.unlink(missing_ok=True)
    return path
