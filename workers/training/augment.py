"""Changes to a picture that leave its boxes right."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.training.recipe import Recipe

Image = NDArray[np.uint8]
Boxes = NDArray[np.float32]

Window = NDArray[np.float64]

_GREY = np.array([0.299, 0.587, 0.114])
# Of a window: what is smaller than this share of it is never cut.
_SMALL_SHARE = 0.08
# Of a box: with less of it in the picture it is not there.
_LEAST_LEFT = 0.5


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
    sample: Sample,
    rarity: NDArray[np.float32],
    size: tuple[int, int],
    recipe: Recipe,
    rng: np.random.Generator,
) -> Sample:
    """Crop, stretch to `size` (width, height), mirror and recolour, each by chance.

    Args:
        rarity: (N,) float32, how rare each box is, as `rarities_of` gives it.
    """
    if rng.random() < recipe.focus_share and len(sample.labels):
        share = rng.uniform(recipe.focus_least, 1.0)
        window = focus_window(sample, rarity, share, rng)
        sample = crop(sample, whole_small_boxes(sample, window))
    elif rng.random() < recipe.crop_share:
        share = rng.uniform(recipe.crop_least, 1.0)
        sample = crop(sample, whole_small_boxes(sample, random_window(sample, share, rng)))
    # Both ways of shrinking a picture are about; a detector shall not live on one.
    sample = stretch(sample, size, is_smooth=bool(rng.random() < 0.5))
    if rng.random() < recipe.flip_share:
        sample = mirror(sample)
    if rng.random() < recipe.colour_share:
        sample = Sample(recolour(sample.image, rng), sample.boxes, sample.labels)
    return sample


def random_window(sample: Sample, share: float, rng: np.random.Generator) -> Window:
    """Choose a part of the picture, (4,) float64 xyxy, with this share of its width and height."""
    size = _size(sample)
    corner = rng.uniform(0.0, size * (1.0 - share))
    return np.concatenate([corner, corner + size * share])


def focus_window(
    sample: Sample, rarity: NDArray[np.float32], share: float, rng: np.random.Generator
) -> Window:
    """Choose such a part around a box, a small and rare one rather than another."""
    size = _size(sample)
    interest = rarity / np.maximum(_areas(sample.boxes), 1.0)
    chosen = sample.boxes[rng.choice(len(interest), p=interest / interest.sum())]
    middle = (chosen[:2] + chosen[2:]) / 2
    corner = np.clip(middle - rng.uniform(0.1, 0.9, 2) * size * share, 0.0, size * (1.0 - share))
    return np.concatenate([corner, corner + size * share])


def whole_small_boxes(sample: Sample, window: Window) -> tuple[int, int, int, int]:
    """Return the window, grown until no small box is cut, in whole pixels.

    A person who is cut by the edge is still a person. A cut poker would teach something wrong:
    where it enters the concrete is the bottom of its box.
    """
    is_small = _areas(sample.boxes) < _SMALL_SHARE * np.prod(window[2:] - window[:2])
    boxes = sample.boxes[is_small].astype(np.float64)
    limits = np.tile(_size(sample), 2)
    while True:
        touches = np.all((boxes[:, :2] < window[2:]) & (boxes[:, 2:] > window[:2]), axis=1)
        low = np.minimum(window[:2], boxes[touches, :2].min(axis=0, initial=np.inf))
        high = np.maximum(window[2:], boxes[touches, 2:].max(axis=0, initial=-np.inf))
        grown = np.clip(np.concatenate([np.floor(low), np.ceil(high)]), 0.0, limits)
        if np.array_equal(grown, window):
            x1, y1, x2, y2 = (int(value) for value in grown)
            return x1, y1, x2, y2
        window = grown


def crop(sample: Sample, window: tuple[int, int, int, int]) -> Sample:
    """Return a part of the picture (xyxy, whole pixels).

    Boxes are cut at its edge; those of which less than half is left are dropped.
    """
    x1, y1, x2, y2 = window
    cut = np.clip(sample.boxes, np.array(window[:2] * 2), np.array(window[2:] * 2))
    is_kept = _areas(cut) >= _LEAST_LEFT * _areas(sample.boxes)
    boxes = (cut[is_kept] - np.array([x1, y1, x1, y1])).astype(np.float32)
    return Sample(sample.image[y1:y2, x1:x2], boxes, sample.labels[is_kept])


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


def _size(sample: Sample) -> NDArray[np.float64]:
    """Width and height."""
    height, width = sample.image.shape[:2]
    return np.array([width, height], np.float64)


def _areas(boxes: Boxes) -> NDArray[np.float64]:
    """Square pixels of (N, 4) xyxy; 0 for those that are turned inside out."""
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None)
    return np.asarray(np.prod(sides, axis=1), np.float64)
