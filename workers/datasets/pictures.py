"""Pictures from outside, made fit for a dataset: readable, upright, in a format of the web."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from workers.errors import MediaError
from workers.media.images import is_picture, is_upright, read_image

_KEPT_FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_QUALITY = 95


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a folder.

    Attributes:
        path: relative to the folder it came from, with `/`.
        file: its name in the folder it was written to.
    """

    path: str
    file: str
    width: int
    height: int


def take_pictures(source: Path, target: Path) -> Iterator[Picture]:
    """Read every picture below `source` and write it to `target`, numbered in the order of paths.

    A picture that is upright and in a format of the web is copied byte by byte, any other is
    written anew. Files that are no pictures are passed over.

    Raises:
        MediaError: a picture is damaged or too large; the message names it.
        OSError: one cannot be written.
    """
    number = 0
    for path in sorted(one for one in source.rglob("*") if one.is_file()):
        if not is_picture(path):
            continue
        name = path.relative_to(source).as_posix()
        try:
            image = read_image(path)
        except MediaError as error:
            raise MediaError(error.code, f"{name}: {error.message}") from error
        ending = _ending_to_keep(path)
        file = f"{number}{ending or '.jpg'}"
        if ending:
            shutil.copyfile(path, target / file)
        else:
            part = target / f"{number}.part"
            Image.fromarray(image).save(part, format="JPEG", quality=_QUALITY)
            os.replace(part, target / file)
        height, width = image.shape[:2]
        yield Picture(name, file, width, height)
        number += 1


def _ending_to_keep(path: Path) -> str | None:
    """The ending of a file that can stay as it is; None for one to be written anew."""
    with Image.open(path) as opened:
        is_animated = getattr(opened, "n_frames", 1) > 1
        if is_animated or opened.mode not in ("RGB", "L") or not is_upright(opened):
            return None
        return _KEPT_FORMATS.get(opened.format or "")
