"""Changes to a picture that leave its boxes right."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.training.recipe import Recipe

Image = NDArray[np.uint8]
Boxes = NDArray[np.float32]

_GREY = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture with its boxes.

    Attributes:
        image: (H, W, 3) uint8, RGB.
        boxes: (N, 4) float32, xyxy, absolute pixels of the picture.
        labels: (N,) int64, numbers of classes.
    """

    image: Image
    boxes: Boxes
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        count = len(self.labels)
        if self.boxes.shape != (count, 4) or self.image.ndim != 3 or self.image.shape[2] != 3:
            raise ValueError(
                f"expected an image (H, W, 3) and boxes ({count}, 4) for {count} labels, "
                f"got {self.image.shape} and {self.boxes.shape}"
            )


def augment(
    sample: Sample, size: tuple[int, int], recipe: Recipe, rng: np.random.Generator
) -> Sample:
    """Crop, stretch to `size` (width, height), mirror and recolour, each by chance."""
    if rng.random() < recipe.crop_share:
        sample = crop(sample, random_window(sample, recipe.crop_least, rng))
    # Both ways of shrinking a picture are about; a detector shall not live on one.
    sample = stretch(sample, size, is_smooth=bool(rng.random() < 0.5))
    if rng.random() < recipe.flip_share:
        sample = mirror(sample)
    if rng.random() < recipe.colour_share:
        sample = Sample(recolour(sample.image, rng), sample.boxes, sample.labels)
    return sample


def random_window(
    sample: Sample, least: float, rng: np.random.Generator
) -> tuple[int, int, int, int]:
    """Choose a part of the picture (xyxy, whole pixels) that cuts no box.

    A cut box would teach something wrong: where the poker enters the concrete is the bottom of
    its box. So the part grows until every box is wholly inside or wholly outside of it.

    Args:
        least: least width and height of the part before it grows, against the picture's.
    """
    height, width = sample.image.shape[:2]
    share = rng.uniform(least, 1.0)
    left, top = rng.uniform(0.0, width * (1 - share)), rng.uniform(0.0, height * (1 - share))
    window = np.array([left, top, left + width * share, top + height * share])
    boxes = sample.boxes.astype(np.float64)
    while True:
        touches = np.all((boxes[:, :2] < window[2:]) & (boxes[:, 2:] > window[:2]), axis=1)
        grown = np.concatenate(
            [
                np.minimum(window[:2], boxes[touches, :2].min(axis=0, initial=np.inf)),
                np.maximum(window[2:], boxes[touches, 2:].max(axis=0, initial=-np.inf)),
            ]
        )
        grown = np.concatenate([np.floor(grown[:2]), np.ceil(grown[2:])])
        grown = np.clip(grown, 0, [width, height, width, height])
        if np.array_equal(grown, window):
            x1, y1, x2, y2 = (int(value) for value in grown)
            return x1, y1, x2, y2
        window = grown


def crop(sample: Sample, window: tuple[int, int, int, int]) -> Sample:
    """Return a part of the picture (xyxy, whole pixels) with the boxes that lie wholly in it."""
    x1, y1, x2, y2 = window
    # Labels may reach a fraction of a pixel beyond the picture's edge.
    is_inside = np.all(sample.boxes[:, :2] >= [x1 - 0.5, y1 - 0.5], axis=1) & np.all(
        sample.boxes[:, 2:] <= [x2 + 0.5, y2 + 0.5], axis=1
    )
    boxes = sample.boxes[is_inside] - np.array([x1, y1, x1, y1], np.float32)
    return Sample(sample.image[y1:y2, x1:x2], boxes, sample.labels[is_inside])


def stretch(sample: Sample, size: tuple[int, int], *, is_smooth: bool = False) -> Sample:
    """Scale to a width and height, without regard to the aspect."""
    height, width = sample.image.shape[:2]
    way = cv2.INTER_AREA if is_smooth else cv2.INTER_LINEAR
    image = cv2.resize(sample.image, size, interpolation=way)
    scale = np.array([size[0] / width, size[1] / height] * 2, np.float32)
    return Sample(np.asarray(image, np.uint8), sample.boxes * scale, sample.labels)


def mirror(sample: Sample) -> Sample:
    """Swap left and right."""
    width = sample.image.shape[1]
    x1, y1, x2, y2 = sample.boxes.T
    boxes = np.stack([width - x2, y1, width - x1, y2], axis=1)
    return Sample(np.ascontiguousarray(sample.image[:, ::-1]), boxes, sample.labels)


def recolour(image: Image, rng: np.random.Generator) -> Image:
    """Change saturation, white balance, contrast and brightness of an (H, W, 3) uint8 RGB image."""
    saturation = rng.uniform(0.6, 1.4)
    balance = rng.uniform(0.9, 1.1, (3, 1))
    matrix = (saturation * np.eye(3) + (1 - saturation) * _GREY) * balance
    tones = (np.arange(256) / 255) ** rng.uniform(0.7, 1.4) * rng.uniform(0.85, 1.15)
    table = np.clip(255 * tones, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(cv2.transform(image, matrix), table), np.uint8)
