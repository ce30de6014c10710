"""Reading still pictures."""

import os
import struct
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from workers.errors import MediaError

# 120 megapixels take 360 MB as RGB.
MAX_IMAGE_PIXELS = 120_000_000
# What cameras, phones and screens produce. Each further format is one more parser to attack, and
# that of TIFF also writes its warnings to stderr.
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "BMP", "GIF")
# What Pillow's readers were seen to raise on broken files.
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, EOFError,
    AttributeError, MemoryError, NotImplementedError, struct.error,
)  # fmt: skip


def read_image(path: str | Path) -> NDArray[np.uint8]:
    """Read a picture upright; the first one of an animation.

    Returns:
        (H, W, 3) uint8, RGB, turned as its EXIF orientation says; alpha is dropped and 16 bits
        are reduced to 8.

    Raises:
        MediaError: `image_not_found`, `image_not_decodable` or `image_too_large`.
    """
    if not os.path.isfile(path):
        raise MediaError("image_not_found", f"There is no file {Path(path).name}.")
    try:
        with warnings.catch_warnings():
            # Oversized pictures are refused below, and odd metadata does not matter.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_FORMATS) as image:
                _check_size(image.width, image.height)
                return np.asarray(_to_rgb(_upright(image)))
    except Image.DecompressionBombError as error:
        raise MediaError("image_too_large", "The picture says that it is enormous.") from error
    except UnidentifiedImageError as error:
        raise MediaError(
            "image_not_decodable", f"The file is not a picture ({', '.join(_FORMATS)})."
        ) from error
    except _BROKEN as error:
        raise MediaError("image_not_decodable", f"The picture is broken ({error}).") from error


def shrink(path: str | Path, out_path: str | Path, *, longest_px: int) -> None:
    """Write an upright JPEG copy whose longer side has at most `longest_px` pixels.

    Raises:
        MediaError: as `read_image` does.
    """
    picture = Image.fromarray(read_image(path))
    picture.thumbnail((longest_px, longest_px))
    picture.save(out_path, format="JPEG", quality=80)


def is_picture(path: str | Path) -> bool:
    """Whether a file begins like a picture."""
    try:
        with Image.open(path, formats=_FORMATS):
            return True
    except (*_BROKEN, Image.DecompressionBombError):
        return False


def is_upright(image: Image.Image) -> bool:
    """Whether an opened picture is stored the way it is to be seen; broken metadata says so too."""
    try:
        return bool(image.getexif().get(ExifTags.Base.Orientation, 1) == 1)
    except _BROKEN:
        return True


def _check_size(width: int, height: int) -> None:
    if width <= 0 or height <= 0:
        raise MediaError("image_not_decodable", "The picture has no size.")
    if width * height > MAX_IMAGE_PIXELS:
        raise MediaError(
            "image_too_large",
            f"A picture of {width}x{height} is too large; the limit is {MAX_IMAGE_PIXELS} pixels.",
        )


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:
        # Broken metadata says nothing about which way is up.
        return image


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode == "I":
        # Pillow would clip instead of scaling.
        levels = np.asarray(image).astype(np.int64) >> 8
        return Image.fromarray(levels.clip(0, 255).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")
