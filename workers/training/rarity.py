"""How rare each box of a training set is."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workers.training.data import Example

_LONG = 1.5


def rarities_of(examples: Sequence[Example]) -> list[NDArray[np.float32]]:
    """Return for each box of each picture how rare boxes of its class and shape are.

    A poker on the ground has the class of one that is carried and looks quite different; drawn
    as often as it comes up, it is never learned.

    Returns:
        For each picture (N,) float32: one over the number of such boxes in the set.
    """
    groups = [_groups_of(example) for example in examples]
    counts = Counter(group for own in groups for group in own.tolist())
    return [np.array([1.0 / counts[one] for one in own.tolist()], np.float32) for own in groups]


def _groups_of(example: Example) -> NDArray[np.int64]:
    """Number each class's wide, tall and other boxes."""
    sides = example.boxes[:, 2:] - example.boxes[:, :2]
    is_wide = sides[:, 0] > _LONG * sides[:, 1]
    is_tall = sides[:, 1] > _LONG * sides[:, 0]
    return np.asarray(3 * example.labels + is_wide + 2 * is_tall, np.int64)
