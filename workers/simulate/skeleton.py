"""How a body stands, walks, bends and reaches: joints in metres."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.simulate.motion import Stance

Vector = NDArray[np.float64]

UP: Vector = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """The joints of a body, each (3,) metres; pairs are (left, right).

    Attributes:
        right: unit vector to the right hand side.
        forward: unit vector to the front of the chest.
        spine: unit vector from the pelvis to the neck.
        look: unit vector of the face.
    """

    pelvis: Vector
    neck: Vector
    head: Vector
    hips: tuple[Vector, Vector]
    knees: tuple[Vector, Vector]
    ankles: tuple[Vector, Vector]
    toes: tuple[Vector, Vector]
    shoulders: tuple[Vector, Vector]
    elbows: tuple[Vector, Vector]
    hands: tuple[Vector, Vector]
    right: Vector
    forward: Vector
    spine: Vector
    look: Vector


_SIDES = (-1.0, 1.0)
_BEND = {
    "vibrate": 0.42,
    "shovel": 0.62,
    "place": 0.22,
    "stand": 0.06,
    "watch": 0.04,
    "walk": 0.09,
}
_CROUCH = {
    "vibrate": 0.045,
    "shovel": 0.06,
    "place": 0.03,
    "stand": 0.0,
    "watch": 0.0,
    "walk": 0.015,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Trunk:
    """Where the body is and how it leans: the way ahead, and the directions of the back."""

    root: Vector
    ahead: Vector
    right: Vector
    pelvis: Vector
    neck: Vector
    head: Vector
    spine: Vector
    forward: Vector
    look: Vector


def pose(
    stance: Stance, height_m: float, t: float, hands: tuple[Vector, Vector] | None, lean: float
) -> Skeleton:
    """Return the joints of somebody of this height.

    Args:
        stance: where and how.
        height_m: of the body.
        t: seconds, for the small movements of somebody who stands.
        hands: where (left, right) hold something, or None to let them hang or swing.
        lean: personal addition to the bend of the back, radians.
    """
    trunk = _trunk(stance, height_m, t, lean)
    right = trunk.right
    hips = _pair(trunk.pelvis + right * side * 0.052 * height_m for side in _SIDES)
    feet = [_foot(stance, trunk, side, height_m) for side in _SIDES]
    shoulders = _pair(
        trunk.neck + right * side * 0.108 * height_m - trunk.spine * 0.025 * height_m
        for side in _SIDES
    )
    elbows, held = _arms(stance, trunk, shoulders, hands, height_m)
    return Skeleton(
        pelvis=trunk.pelvis,
        neck=trunk.neck,
        head=trunk.head,
        hips=hips,
        knees=_pair(
            _joint(hip, ankle, 0.245 * height_m, 0.246 * height_m, trunk.ahead)
            for hip, (ankle, _) in zip(hips, feet, strict=True)
        ),
        ankles=(feet[0][0], feet[1][0]),
        toes=(feet[0][1], feet[1][1]),
        shoulders=shoulders,
        elbows=elbows,
        hands=held,
        right=right,
        forward=trunk.forward,
        spine=trunk.spine,
        look=trunk.look,
    )


def _trunk(stance: Stance, height_m: float, t: float, lean: float) -> _Trunk:
    ahead = np.array([math.cos(stance.heading), math.sin(stance.heading), 0.0])
    right = np.array([ahead[1], -ahead[0], 0.0])
    sway = 0.012 * math.sin(1.1 * t + 10 * lean)
    bend = _BEND[stance.activity] * (1 - 0.35 * stance.pace) + lean + sway
    crouch = _CROUCH[stance.activity] + 0.012 * stance.pace * (1 - math.cos(2 * stance.gait))
    # Who bends forward moves the hips back, to keep the balance.
    root = np.array([stance.x, stance.y, 0.0]) - ahead * (0.1 * height_m * math.sin(bend))
    shift = 0.015 * math.sin(stance.gait) * stance.pace
    pelvis = root + UP * height_m * (0.515 - crouch) + right * shift
    spine = UP * math.cos(bend) + ahead * math.sin(bend)
    neck = pelvis + spine * (0.305 * height_m)
    nod = 0.45 * bend + (0.25 if stance.activity in ("vibrate", "shovel") else 0.0)
    return _Trunk(
        root=root,
        ahead=ahead,
        right=right,
        pelvis=pelvis,
        neck=neck,
        head=neck + (UP * math.cos(nod) + ahead * math.sin(nod)) * (0.095 * height_m),
        spine=spine,
        forward=ahead * math.cos(bend) - UP * math.sin(bend),
        look=ahead * math.cos(nod) - UP * math.sin(nod),
    )


def _arms(
    stance: Stance,
    trunk: _Trunk,
    shoulders: tuple[Vector, Vector],
    hands: tuple[Vector, Vector] | None,
    height_m: float,
) -> tuple[tuple[Vector, Vector], tuple[Vector, Vector]]:
    """Return elbows and hands; hands reach as far as the arms are long."""
    upper, lower = 0.172 * height_m, 0.20 * height_m
    swing = 0.2 * math.sin(stance.gait) * stance.pace
    elbows, held = [], []
    for k, (shoulder, side) in enumerate(zip(shoulders, _SIDES, strict=True)):
        hanging = (
            shoulder
            - UP * 0.345 * height_m
            + trunk.ahead * (0.06 - swing * side)
            + trunk.right * side * 0.05
        )
        hand = _within(hanging if hands is None else hands[k], shoulder, 0.99 * (upper + lower))
        pole = trunk.right * side * 0.8 - UP * 0.5 - trunk.ahead * 0.5
        elbows.append(_joint(shoulder, hand, upper, lower, pole))
        held.append(hand)
    return _pair(elbows), _pair(held)


def _foot(stance: Stance, trunk: _Trunk, side: float, height_m: float) -> tuple[Vector, Vector]:
    """Return ankle and toes: swinging when walking, a little apart when standing."""
    swing = math.sin(stance.gait + (0.0 if side > 0 else math.pi))
    lift = max(math.cos(stance.gait + (0.0 if side > 0 else math.pi)), 0.0)
    along = 0.27 * swing * stance.pace + 0.07 * side * (1 - stance.pace)
    ankle = (
        trunk.root
        + trunk.ahead * along
        + trunk.right * side * (0.062 + 0.03 * (1 - stance.pace)) * height_m
        + UP * (0.045 * height_m + 0.09 * lift * stance.pace)
    )
    splay = trunk.right * side * 0.04
    return ankle, ankle + trunk.ahead * 0.105 * height_m + splay - UP * 0.025 * height_m


def _joint(a: Vector, b: Vector, first: float, second: float, pole: Vector) -> Vector:
    """Return the knee or elbow between a and b, bent towards `pole`."""
    line = b - a
    distance = float(np.linalg.norm(line))
    reach = min(max(distance, 1e-6), 0.999 * (first + second))
    along = (first**2 - second**2 + reach**2) / (2 * reach)
    out = math.sqrt(max(first**2 - along**2, 0.0))
    axis = line / max(distance, 1e-6)
    aside = pole - axis * float(pole @ axis)
    aside /= max(float(np.linalg.norm(aside)), 1e-6)
    joint: Vector = a + axis * along + aside * out
    return joint


def _within(hand: Vector, shoulder: Vector, reach: float) -> Vector:
    line = hand - shoulder
    distance = float(np.linalg.norm(line))
    return hand if distance <= reach else shoulder + line * (reach / distance)


def _pair(joints: Iterable[Vector]) -> tuple[Vector, Vector]:
    first, second = joints
    return first, second
