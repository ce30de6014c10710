"""The signs of insertions, on the map and in its legend."""

from workers.plan.colours import INK
from workers.plan.drawing import Area, Disc, Item, box

_OUTER, _INNER = 4.2, 2.8


def mark_sign(x: float, y: float, colour: str, *, is_by_hand: bool) -> tuple[Item, Item]:
    """Return the sign with its middle at (x, y): round if detected, square if made by hand."""
    if not is_by_hand:
        return Disc(x, y, _OUTER, "#FFFFFF", INK, 0.5), Disc(x, y, _INNER, colour, INK, 0.3)
    outer = box(x - _OUTER, y - _OUTER, 2 * _OUTER, 2 * _OUTER)
    inner = box(x - _INNER, y - _INNER, 2 * _INNER, 2 * _INNER)
    return Area([outer], "#FFFFFF", INK, 0.5), Area([inner], colour, INK, 0.3)
