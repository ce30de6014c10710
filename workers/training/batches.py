"""Batches in an order that depends on nothing but the recipe, so that a training can be resumed."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from workers.training.ahead import map_ahead
from workers.training.augment import Sample, augment
from workers.training.data import Example
from workers.training.rarity import rarities_of
from workers.training.recipe import Recipe

_AHEAD = 3
_ORDER, _CHANGES = 1, 2  # streams of random numbers


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Input of one step, or of a part of one.

    Attributes:
        images: (B, 3, H, W) float32 in [0, 1], RGB.
        targets: for each picture `boxes`, (N, 4) float32 cxcywh as shares of the picture, and
            `class_labels`, (N,) int64.
    """

    images: Tensor
    targets: list[dict[str, Tensor]]

    def to(self, device: torch.device) -> "Batch":
        """Copy to a device."""
        return Batch(
            self.images.to(device, non_blocking=True),
            [{k: v.to(device, non_blocking=True) for k, v in one.items()} for one in self.targets],
        )


def input_size_at(step: int, steps: int, recipe: Recipe) -> tuple[int, int]:
    """Return width and height of the input in a step of so many."""
    if recipe.first_size is not None and step < round(recipe.first_share * steps):
        return recipe.first_size
    return recipe.input_size


def picture_numbers(step: int, count: int, recipe: Recipe) -> list[int]:
    """Return which of `count` pictures a step takes.

    All are taken in an order by chance before any is taken again, in another order.
    """
    numbers = []
    for position in range(step * recipe.batch_size, (step + 1) * recipe.batch_size):
        turn, place = divmod(position, count)
        order = np.random.default_rng((recipe.seed, _ORDER, turn)).permutation(count)
        numbers.append(int(order[place]))
    return numbers


def make_parts(
    step: int,
    steps: int,
    examples: Sequence[Example],
    rarities: Sequence[NDArray[np.float32]],
    recipe: Recipe,
) -> list[Batch]:
    """Read and change the pictures of a step; see `rarities_of`."""
    size = input_size_at(step, steps, recipe)
    samples = []
    for place, number in enumerate(picture_numbers(step, len(examples), recipe)):
        rng = np.random.default_rng((recipe.seed, _CHANGES, step, place))
        sample = examples[number].load()
        samples.append(augment(sample, rarities[number], size, recipe, rng))
    return [to_batch(samples[part :: recipe.parts]) for part in range(recipe.parts)]


def to_batch(samples: Sequence[Sample]) -> Batch:
    """Put samples of one size together."""
    pixels = np.stack([sample.image for sample in samples])
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255.0)
    return Batch(
        images.contiguous(memory_format=torch.channels_last),
        [_target(sample) for sample in samples],
    )


def _target(sample: Sample) -> dict[str, Tensor]:
    height, width = sample.image.shape[:2]
    low, high = sample.boxes[:, :2], sample.boxes[:, 2:]
    boxes = np.concatenate([(low + high) / 2, high - low], axis=1)
    boxes /= np.array([width, height] * 2, np.float32)
    return {
        "boxes": torch.from_numpy(boxes.astype(np.float32)),
        "class_labels": torch.from_numpy(sample.labels),
    }


def batches(
    first: int, steps: int, examples: Sequence[Example], recipe: Recipe, threads: int = 1
) -> Generator[list[Batch], None, None]:
    """Yield the parts of each step from `first` on; threads prepare the next ones meanwhile."""

    rarities = rarities_of(examples)

    def make(step: int) -> list[Batch]:
        return make_parts(step, steps, examples, rarities, recipe)

    return map_ahead(make, range(first, steps), threads=threads, ahead=threads + _AHEAD)
