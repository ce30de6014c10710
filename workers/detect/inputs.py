"""Putting pictures into the input of a model, and boxes back into the pictures."""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

PADDING = 114


class Fitting(Enum):
    """Where a picture goes in an input of another shape."""

    TOP_LEFT = "scaled evenly, in the top left corner"
    CENTRED = "scaled evenly, in the middle"
    STRETCHED = "scaled to fill all of it"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies in the input: scaled, then shifted by whole pixels."""

    scale_x: float
    scale_y: float
    left: int = 0
    top: int = 0

    def to_picture(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Convert (N, 4) float32 xyxy from pixels of the input to pixels of the picture."""
        shift = np.array([self.left, self.top] * 2, np.float32)
        scale = np.array([self.scale_x, self.scale_y] * 2, np.float32)
        return (boxes - shift) / scale


@dataclass(frozen=True, slots=True)
class InputFormat:
    """What a model wants to be given.

    Attributes:
        width: of its input, in pixels.
        height: of its input, in pixels.
        fitting: where the picture goes.
        is_bgr: whether blue comes first.
        is_unit: whether values go from 0 to 1 and not from 0 to 255.
    """

    width: int
    height: int
    fitting: Fitting
    is_bgr: bool = False
    is_unit: bool = True

    def blank(self) -> NDArray[np.float32]:
        """Return an empty input for one picture, (1, 3, H, W) float32."""
        grey = PADDING / 255 if self.is_unit else PADDING
        return np.full((1, 3, self.height, self.width), grey, np.float32)

    def prepare(self, image: NDArray[np.uint8], target: NDArray[np.float32]) -> Placement:
        """Put a picture, (H, W, 3) uint8 RGB, into `target`, (3, height, width) float32."""
        placement, new_width, new_height = self._place(image.shape[1], image.shape[0])
        scaled = cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
        planes = cv2.split(scaled)
        if self.is_bgr:
            planes = planes[::-1]
        padding = float(PADDING)
        if self.is_unit:
            planes = [plane * np.float32(1 / 255) for plane in planes]
            padding /= 255
        top, left = placement.top, placement.left
        bottom, right = top + new_height, left + new_width
        target[:, :top] = padding
        target[:, bottom:] = padding
        target[:, top:bottom, :left] = padding
        target[:, top:bottom, right:] = padding
        for channel, plane in zip(target, planes, strict=True):
            channel[top:bottom, left:right] = plane
        return placement

    def _place(self, width: int, height: int) -> tuple[Placement, int, int]:
        """Return where a picture of this size goes, and its width and height there."""
        if self.fitting is Fitting.STRETCHED:
            placement = Placement(self.width / width, self.height / height)
            return placement, self.width, self.height
        scale = min(self.height / height, self.width / width)
        new_width, new_height = max(1, int(width * scale)), max(1, int(height * scale))
        left = top = 0
        if self.fitting is Fitting.CENTRED:
            left, top = (self.width - new_width) // 2, (self.height - new_height) // 2
        return Placement(scale, scale, left, top), new_width, new_height
