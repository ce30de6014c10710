"""A drawing as a picture."""

import io
import itertools
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from workers.fonts import font_bytes
from workers.plan.drawing import Area, Disc, Drawing, Label, Lines, Points

PIXELS_PER_POINT = 2.0
# OpenCV takes fractions of pixels as fixed-point numbers.
_SHIFT = 4
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def to_png(drawing: Drawing, pixels_per_point: float = PIXELS_PER_POINT) -> bytes:
    """Return the drawing as a PNG file; the same drawing gives the same bytes."""
    return png_bytes(painted(drawing, pixels_per_point))


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """Return (H, W, 3) uint8 RGB as a PNG file."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG", optimize=False)
    return out.getvalue()


def painted(drawing: Drawing, pixels_per_point: float) -> NDArray[np.uint8]:
    """Return the drawing as (H, W, 3) uint8 RGB; texts come to lie above everything else."""
    shape = round(drawing.height * pixels_per_point), round(drawing.width * pixels_per_point)
    image = np.full((*shape, 3), 255, np.uint8)
    labels = []
    for item in drawing.items:
        if isinstance(item, Label):
            labels.append(item)
        elif isinstance(item, Area):
            _paint_area(image, item, pixels_per_point)
        elif isinstance(item, Lines):
            _paint_lines(image, item, pixels_per_point)
        else:
            _paint_disc(image, item, pixels_per_point)
    return write_labels(image, labels, pixels_per_point)


def write_labels(
    image: NDArray[np.uint8], labels: list[Label], scale: float, halo: str | None = None
) -> NDArray[np.uint8]:
    """Return a picture with texts on it; with a halo they can be read on any ground."""
    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    for label in labels:
        sized = _font(label.size * scale)
        place, anchor = (label.x * scale, label.y * scale), _ANCHORS[label.anchor]
        if label.turn_degrees:
            _write_turned(picture, label, sized, scale)
            continue
        draw.text(
            place, label.text, fill=label.fill, font=sized, anchor=anchor,
            stroke_width=2 if halo else 0, stroke_fill=halo,
        )  # fmt: skip
    return np.asarray(picture)


def label_extent(label: Label) -> tuple[float, float, float, float]:
    """Return the box (xyxy, points) that a label which is not turned takes."""
    anchor = _ANCHORS[label.anchor]
    left, top, right, bottom = _font(label.size).getbbox(label.text, anchor=anchor)
    return label.x + left, label.y + top, label.x + right, label.y + bottom


@lru_cache(maxsize=32)
def _font(size: float) -> ImageFont.FreeTypeFont:
    # Reading all its letters takes longer than writing with them.
    return ImageFont.truetype(io.BytesIO(font_bytes()), size)


def _write_turned(
    picture: Image.Image, label: Label, font: ImageFont.FreeTypeFont, scale: float
) -> None:
    reach = int(font.getlength(label.text)) + round(2 * label.size * scale)
    stamp = Image.new("L", (2 * reach, 2 * reach))
    ImageDraw.Draw(stamp).text(
        (reach, reach), label.text, fill=255, font=font, anchor=_ANCHORS[label.anchor]
    )
    turned = stamp.rotate(label.turn_degrees, Image.Resampling.BICUBIC)
    corner = round(label.x * scale) - reach, round(label.y * scale) - reach
    picture.paste(label.fill, corner, turned)


def _paint_area(image: NDArray[np.uint8], area: Area, scale: float) -> None:
    rings = [_fixed(ring, scale) for ring in area.rings]
    if area.fill and rings:
        cv2.fillPoly(image, rings, rgb(area.fill), cv2.LINE_AA, _SHIFT)
    if area.stroke and rings:
        width = _thickness(area.width, scale)
        cv2.polylines(image, rings, True, rgb(area.stroke), width, cv2.LINE_AA, _SHIFT)


def _paint_lines(image: NDArray[np.uint8], lines: Lines, scale: float) -> None:
    pieces = lines.lines if lines.dash is None else _dashed(lines.lines, *lines.dash)
    fixed = [_fixed(line, scale) for line in pieces]
    width = _thickness(lines.width, scale)
    cv2.polylines(image, fixed, False, rgb(lines.stroke), width, cv2.LINE_AA, _SHIFT)


def _paint_disc(image: NDArray[np.uint8], disc: Disc, scale: float) -> None:
    (centre,) = _fixed(np.array([(disc.x, disc.y)]), scale).tolist()
    radius = round(disc.radius * scale * 2**_SHIFT)
    cv2.circle(image, centre, radius, rgb(disc.fill), -1, cv2.LINE_AA, _SHIFT)
    width = _thickness(disc.width, scale)
    cv2.circle(image, centre, radius, rgb(disc.stroke), width, cv2.LINE_AA, _SHIFT)


def _dashed(lines: list[Points], stroke: float, gap: float) -> list[Points]:
    pieces = []
    for line in lines:
        for start, end in itertools.pairwise(line):
            length = float(np.linalg.norm(end - start))
            for begin in np.arange(0.0, length, stroke + gap):
                shares = np.array([begin, min(begin + stroke, length)]) / length
                pieces.append(start + shares[:, None] * (end - start))
    return pieces


def _fixed(points: Points, scale: float) -> NDArray[np.int32]:
    # Whole numbers are middles of pixels in OpenCV and their corners everywhere else.
    fixed: NDArray[np.int32] = np.round((points * scale - 0.5) * 2**_SHIFT).astype(np.int32)
    return fixed


def _thickness(width: float, scale: float) -> int:
    return max(1, round(width * scale))


def rgb(colour: str) -> tuple[int, int, int]:
    """Return `#rrggbb` as numbers from 0 to 255."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue
