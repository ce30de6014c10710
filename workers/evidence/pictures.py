"""The annotated picture and the detail of a still."""

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.evidence.placing import placed_name
from workers.evidence.request import EvidenceRequest
from workers.evidence.words import object_name
from workers.plan.drawing import Label
from workers.plan.png import label_extent, write_labels

Image = NDArray[np.uint8]

CROP_SHARE = 0.35
"""The detail is this part of the picture's width and of its height."""

_COLOURS = {
    "vibrator_in": (0, 158, 115),
    "vibrator_out": (86, 180, 233),
    "no_helmet": (213, 94, 0),
    "no_vest": (213, 94, 0),
}
_OTHER, _RING, _BLACK = (240, 228, 66), (255, 0, 110), (0, 0, 0)


def annotated(image: Image, request: EvidenceRequest) -> Image:
    """Return a copy of (H, W, 3) uint8 RGB with boxes, a ring and a caption."""
    picture = np.ascontiguousarray(image).copy()
    height, width = picture.shape[:2]
    unit = max(1.0, width / 960.0)
    line = 19 * unit
    first = height - line * (len(request.caption) - 0.6)
    labels = [
        Label(8 * unit, first + line * index, words, 13 * unit, "#FFFFFF")
        for index, words in enumerate(request.caption)
    ]
    taken = [label_extent(one) for one in labels]
    for shown in request.objects:
        colour = _COLOURS.get(shown.label, _OTHER)
        x1, y1, x2, y2 = (round(value) for value in shown.box)
        cv2.rectangle(picture, (x1, y1), (x2, y2), colour, max(1, round(1.5 * unit)))
        words = f"{object_name(shown.label)} {shown.score:.2f}"
        name = Label(x1, y1, words, 11 * unit, _light(colour))
        labels.append(placed_name(shown, name, (width, height), taken))
        taken.append(label_extent(labels[-1]))
    if request.point_px is not None:
        centre = round(request.point_px[0]), round(request.point_px[1])
        for thickness, colour in ((5, _BLACK), (3, _RING)):
            ring = max(1, round(thickness * unit * 0.7))
            cv2.circle(picture, centre, round(22 * unit), colour, ring, cv2.LINE_AA)
    return write_labels(picture, labels, 1.0, halo="#000000")


def _light(colour: tuple[int, int, int]) -> str:
    """Return the colour of the letters that go with a box: legible on black."""
    return "#" + "".join(f"{(2 * part + 255) // 3:02x}" for part in colour)


def detail(image: Image, request: EvidenceRequest) -> Image:
    """Return the part of (H, W, 3) uint8 RGB that the finding is about, unchanged."""
    height, width = image.shape[:2]
    if request.point_px is not None:
        u, v = request.point_px
    elif request.objects:
        boxes = np.array([shown.box for shown in request.objects])
        u, v = float(boxes[:, [0, 2]].mean()), float(boxes[:, [1, 3]].mean())
    else:
        u, v = width / 2.0, height / 2.0
    half_width, half_height = width * CROP_SHARE / 2.0, height * CROP_SHARE / 2.0
    left = round(min(max(u - half_width, 0.0), width - 2.0 * half_width))
    top = round(min(max(v - half_height, 0.0), height - 2.0 * half_height))
    right, bottom = left + round(2.0 * half_width), top + round(2.0 * half_height)
    return np.ascontiguousarray(image[top : max(bottom, top + 1), left : max(right, left + 1)])
