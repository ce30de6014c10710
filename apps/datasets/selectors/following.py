"""The boxes of one picture, where their objects are in another."""

from apps.common.errors import NotFound
from apps.datasets.models import DatasetImage
from apps.datasets.storage import image_path
from workers.datasets.following import Followed, follow
from workers.datasets.labels import Box
from workers.errors import MediaError
from workers.media.images import read_image


def boxes_followed(before: DatasetImage, after: DatasetImage) -> list[Followed]:
    """Follow the saved boxes of a picture into another one of its dataset; nothing is changed."""
    try:
        was, now = (
            read_image(image_path(image.dataset.folder, image.file)) for image in (before, after)
        )
    except MediaError as error:
        raise NotFound("One of the pictures is not there any more, or damaged.") from error
    return follow(was, now, [Box.from_json(entry) for entry in before.boxes])
