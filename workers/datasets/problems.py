"""What is wrong with labels, box by box."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from workers.datasets.labels import Box, iou

# Pixels by which a box may stick out before it counts: rounding in other programs.
OUTSIDE_PX = 1.0
TINY_PX = 3.0
TWICE_IOU = 0.9


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at.

    Attributes:
        box: the box's place in the picture's list; None where it is about the whole picture.
        code: stable name.
    """

    box: int | None
    code: str
    message: str


def problems_of(
    boxes: Sequence[Box], *, width: int, height: int, classes: Iterable[str]
) -> list[Problem]:
    """Name every bad box of a picture.

    Args:
        width, height: of the picture, in pixels.
        classes: the labels that the dataset knows.

    Returns:
        `class_unknown`, `box_empty`, `box_outside`, `box_tiny`, `box_twice`; in the boxes' order.
    """
    known = set(classes)
    found = [
        problem
        for number, box in enumerate(boxes)
        for problem in _problems_of_one(number, box, width, height, known)
    ]
    for (number, box), (other_number, other) in combinations(enumerate(boxes), 2):
        if box.label == other.label and iou(box, other) >= TWICE_IOU:
            pair = f"Boxes {number + 1} and {other_number + 1}"
            message = f"{pair} ({box.label}) are the same object."
            found.append(Problem(other_number, "box_twice", message))
    return sorted(found, key=lambda problem: -1 if problem.box is None else problem.box)


def _problems_of_one(
    number: int, box: Box, width: int, height: int, known: set[str]
) -> Iterable[Problem]:
    name = f"Box {number + 1} ({box.label})"
    if box.label not in known:
        yield Problem(number, "class_unknown", f"{name}: the dataset has no such class.")
    if box.area == 0.0:
        yield Problem(number, "box_empty", f"{name} has no area.")
        return
    left, top, right, bottom = box.xyxy
    beyond = max(-left, -top, right - width, bottom - height)
    if beyond > OUTSIDE_PX:
        yield Problem(number, "box_outside", f"{name} sticks {beyond:.0f} px out of the picture.")
    if min(box.width, box.height) < TINY_PX:
        message = f"{name} is only {box.width:.0f} x {box.height:.0f} px."
        yield Problem(number, "box_tiny", message)
