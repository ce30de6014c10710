"""Pictures of findings, small enough to be printed by the dozen."""

import io
from pathlib import Path

from PIL import Image as Pictures
from reportlab.platypus import Image

from workers.errors import MediaError
from workers.media.images import read_image

_PIXELS = (900, 600)
_QUALITY = 82


def still_picture(path: str | None, room: tuple[float, float]) -> Image | None:
    """Return a picture scaled into a room in points; None where there is none to read."""
    if path is None:
        return None
    try:
        picture = Pictures.fromarray(read_image(Path(path)))
    except MediaError:
        return None
    picture.thumbnail(_PIXELS)
    scale = min(room[0] / picture.width, room[1] / picture.height)
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=_QUALITY)
    data.seek(0)
    return Image(data, picture.width * scale, picture.height * scale)
