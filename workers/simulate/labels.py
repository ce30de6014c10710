"""What is seen in a picture: labelled boxes with the tracks they belong to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.simulate.camera import Camera
from workers.simulate.mesh import Mesh
from workers.simulate.painter import Image, Sprite

LABELS = ("worker", "vibrator_in", "vibrator_out", "helmet", "no_helmet", "vest", "no_vest")

# Less of a thing than this share is not labelled: nobody could say what it is.
_MIN_VISIBLE = {"worker": 0.22, "vibrator_in": 0.3, "vibrator_out": 0.35}
_MIN_VISIBLE_GEAR = 0.5
# A poker on the ground is told from any hose by its steel alone.
MIN_VISIBLE_STEEL = 0.5
_MIN_INSIDE = 0.5
_MIN_SIDE_PX = 3.0
# A rod is thin; its box is at least this wide for its length.
_MIN_ASPECT = 0.30


@dataclass(frozen=True, slots=True)
class Labelled:
    """One object in one picture.

    Attributes:
        label: one of `LABELS`.
        track_id: of the person or the poker; gear has the track of who wears it.
        box: x1, y1, x2, y2 in pixels of the picture.
        visibility: share of the object that nothing stands in front of.
    """

    label: str
    track_id: int
    box: tuple[float, float, float, float]
    visibility: float


def seen_extent(ids: Image, sprite: Sprite, wanted: range) -> NDArray[np.float64] | None:
    """Return the (4,) xyxy box of the pixels with one of the ids, in painted pixels."""
    height, width = sprite.ids.shape
    window = ids[sprite.y : sprite.y + height, sprite.x : sprite.x + width]
    mask = (window >= wanted.start) & (window < wanted.stop)
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if len(columns) == 0:
        return None
    return np.array(
        [
            sprite.x + columns[0],
            sprite.y + rows[0],
            sprite.x + columns[-1] + 1,
            sprite.y + rows[-1] + 1,
        ],
        dtype=np.float64,
    )


def visible_share(ids: Image, sprite: Sprite, wanted: range) -> float:
    """Return which share of the drawn pixels of some ids is still to be seen."""
    height, width = sprite.ids.shape
    window = ids[sprite.y : sprite.y + height, sprite.x : sprite.x + width]
    drawn = (sprite.ids >= wanted.start) & (sprite.ids < wanted.stop)
    total = np.count_nonzero(drawn)
    return float(np.count_nonzero(drawn & (window == sprite.ids)) / total) if total else 0.0


def rod_box(camera: Camera, rod: Mesh, entry: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return the (4,) xyxy box of a poker's rod, in painted pixels.

    With an entry point, (3,) metres, the bottom centre of the box is that point: the box reaches
    equally far to both sides of it.
    """
    pixels, _ = camera.project(rod.vertices)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    if entry is None:
        size = high - low
        grow = np.maximum(_MIN_ASPECT * size[::-1] - size, 0.0) / 2
        return np.concatenate([low - grow, high + grow])
    foot = camera.project(entry[None])[0][0]
    tall = foot[1] - low[1]
    half = max(foot[0] - low[0], high[0] - foot[0], _MIN_ASPECT * tall / 2)
    return np.array([foot[0] - half, low[1], foot[0] + half, foot[1]])


def labelled(
    label: str,
    track_id: int,
    box: NDArray[np.float64],
    visibility: float,
    shift: tuple[float, float],
    size: tuple[int, int],
) -> Labelled | None:
    """Move a box of painted pixels into the recorded picture; None if too little is seen."""
    if visibility < _MIN_VISIBLE.get(label, _MIN_VISIBLE_GEAR):
        return None
    moved = box + np.array([*shift, *shift])
    inside = np.clip(moved, 0, [*size, *size])
    sides, whole = inside[2:] - inside[:2], moved[2:] - moved[:2]
    if np.any(sides < _MIN_SIDE_PX) or np.prod(sides) < _MIN_INSIDE * np.prod(whole):
        return None
    # The entry point is the whole sense of this box: cut at a side, it would move.
    if label == "vibrator_in" and not np.array_equal(inside, moved):
        return None
    x1, y1, x2, y2 = (round(float(value), 2) for value in inside)
    return Labelled(label, track_id, (x1, y1, x2, y2), round(visibility, 3))
