"""Where the names of boxes stand in a picture, so that none covers another."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from workers.evidence.request import Shown
from workers.plan.drawing import Label
from workers.plan.png import label_extent

Extent = tuple[float, float, float, float]

_LINE = 1.25
"""From one line of text to the next, against the size of its letters."""
_LINES_TRIED = 6
_GAP = 0.3


def placed_name(
    shown: Shown, label: Label, size_px: tuple[int, int], taken: Sequence[Extent]
) -> Label:
    """Return a name beside its box where it covers none of what is taken.

    It stands above the box, else below it, else in a line further up or down; where the picture
    is full, above the box all the same.

    Args:
        label: its text, size and colour; where it stands is decided here.
        size_px: width and height of the picture.
        taken: extents of other texts, xyxy in pixels.
    """
    left, _, right, _ = label_extent(label)
    x = max(0.0, min(shown.box[0], size_px[0] - (right - left)))
    above = replace(label, x=x, y=max(shown.box[1] - _GAP * label.size, label.size))
    lowest = size_px[1] - _GAP * label.size
    for y in _base_lines(shown, label.size):
        place = replace(above, y=y)
        extent = label_extent(place)
        if label.size <= y <= lowest and not any(_meet(extent, one) for one in taken):
            return place
    return above


def _base_lines(shown: Shown, size: float) -> Iterator[float]:
    above, below = shown.box[1] - _GAP * size, shown.box[3] + _LINE * size
    for line in range(_LINES_TRIED):
        yield above - line * _LINE * size
        yield below + line * _LINE * size


def _meet(one: Extent, other: Extent) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
