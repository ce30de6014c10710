"""A drawing as data: what the writers of SVG, PNG and PDF have in common."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """Rings of (N, 2) points, filled by the even-odd rule.

    Attributes:
        stroke: colour of the border, or none.
    """

    rings: list[Points]
    fill: str | None
    stroke: str | None = None
    width: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Open lines of (N, 2) points in one style.

    Attributes:
        dash: lengths of stroke and gap, or none.
    """

    lines: list[Points]
    stroke: str
    width: float = 0.5
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Disc:
    """A filled circle with a border."""

    x: float
    y: float
    radius: float
    fill: str
    stroke: str = "#000000"
    width: float = 0.5


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text; `y` is its base line.

    Attributes:
        turn_degrees: counter-clockwise about (x, y).
    """

    x: float
    y: float
    text: str
    size: float = 8.0
    fill: str = "#1f2328"
    anchor: Anchor = "start"
    turn_degrees: int = 0


Item = Area | Lines | Disc | Label


@dataclass(slots=True)
class Drawing:
    """Items in the order in which they are painted, in points (1/72 inch); y grows downwards."""

    width: float
    height: float
    title: str
    items: list[Item] = field(default_factory=list)

    def add(self, *items: Item) -> None:
        """Paint over what is there."""
        self.items.extend(items)


def box(x: float, y: float, width: float, height: float) -> Points:
    """Return the ring of a rectangle."""
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], np.float64)


def text_width(text: str, size: float) -> float:
    """Return how wide a text is, in points."""
    from workers.fonts import outlines

    shapes = outlines()
    return sum(shapes.width_of(one) for one in text) * size / shapes.units_per_em
