"""Which boxes of a frame show one poker, and whether it is in the concrete."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workers.vibration.people import Box

ONE_POKER_M = 0.15
"""Two boxes ending so close together show one poker."""
STATE_LEAD = 0.2
"""A poker that was in the concrete is out of it when that is so much more certain.

While the last of a rod comes out, a detector sees both; whichever box is a little stronger from
frame to frame says nothing.
"""

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PokerBox:
    """A detected poker.

    Attributes:
        score: 0-1.
        is_in: whether the detector says that it is in the concrete.
        box: x1, y1, x2, y2 in pixels.
    """

    score: float
    is_in: bool
    box: Box

    @property
    def foot(self) -> Spot:
        """Where it enters the concrete, or ends, in pixels."""
        return (self.box[0] + self.box[2]) / 2.0, self.box[3]


@dataclass(slots=True)
class SeenPoker:
    """One poker of a frame: the strongest box of each state, with its place on the ground."""

    spot: Spot
    states: dict[bool, tuple[PokerBox, Spot]] = field(default_factory=dict)

    def state(self, *, was_in: bool) -> tuple[PokerBox, Spot]:
        """Return the box that tells its state, and the place of that.

        Args:
            was_in: whether it was in the concrete until now.
        """
        if len(self.states) == 1:
            return next(iter(self.states.values()))
        is_out = self.states[False][0].score > self.states[True][0].score + STATE_LEAD * was_in
        return self.states[not is_out]


def seen_pokers(
    boxes: Sequence[PokerBox], project: Callable[[Spot], Spot | None]
) -> list[SeenPoker]:
    """Put boxes together that end in one place, the strongest first.

    Args:
        boxes: of one frame, in any order.
        project: from pixels to the ground; None where there is no ground.
    """
    pokers: list[SeenPoker] = []
    for box in sorted(boxes, key=lambda one: (-one.score, tuple(one.box))):
        spot = project(box.foot)
        if spot is None:
            continue
        poker = next((one for one in pokers if _is_near(one.spot, spot)), None)
        if poker is None:
            pokers.append(poker := SeenPoker(spot))
        poker.states.setdefault(box.is_in, (box, spot))
    return pokers


def _is_near(one: Spot, other: Spot) -> bool:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 < ONE_POKER_M**2
