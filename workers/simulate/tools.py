"""What people hold: pokers with hoses, shovels, the pump's hose, a clipboard."""

import math
from dataclasses import dataclass

import numpy as np

from workers.simulate.mesh import Array, Colour, Mesh, box, tube
from workers.simulate.motion import Stance, Tip
from workers.simulate.skeleton import UP, Vector

HEAD_M = 0.42
# So far the hose of a poker on the ground lies straight.
_STIFF_M = 0.75
_GRIP_M = 0.66
_HANDS_APART_M = 0.26
_LEAN_RAD = 0.20
_SHOVEL_PERIOD_S = 2.3


@dataclass(frozen=True, slots=True)
class PokerLook:
    """Colours and thickness of a poker."""

    hose: Colour
    steel: Colour
    radius_m: float


@dataclass(frozen=True, slots=True, eq=False)
class HeldPoker:
    """A poker in somebody's hands.

    Attributes:
        low: lower end of what is seen, (3,) metres: the entry point, or the tip in the air.
        hands: (left, right) hand on the hose, (3,) metres each.
        rod: the solid from `low` to the lower hand; what is labelled.
        hose: the solid from there to where the hose reaches the ground.
        ground: (3,) metres, where it does.
    """

    low: Vector
    hands: tuple[Vector, Vector]
    rod: Mesh
    hose: Mesh
    ground: Vector


def hold_poker(
    tip: Tip, stance: Stance, look: PokerLook, id_: int, other_id: int, t: float
) -> HeldPoker:
    """Return the poker between its tip and the ground behind who holds it.

    From the lower hand downwards it belongs to `id_`, the hose behind to `other_id`.
    """
    back = np.array([stance.x - tip.x, stance.y - tip.y, 0.0])
    back /= max(float(np.linalg.norm(back)), 1e-6)
    lean = _LEAN_RAD + 0.03 * math.sin(2.1 * t + tip.x)
    axis = UP * math.cos(lean) + back * math.sin(lean)
    sunk = max(-tip.z, 0.0)
    low = np.array([tip.x, tip.y, max(tip.z, 0.0)])
    tremble = 0.004 * math.sin(61.0 * t) if sunk > 0 else 0.0
    aside = np.array([back[1], -back[0], 0.0])
    seen = _GRIP_M - 0.15 * sunk
    lower = low + axis * seen + aside * tremble
    upper = lower + axis * _HANDS_APART_M + aside * 0.03
    steel_m = HEAD_M - sunk
    rod = _rod(low, lower, steel_m, look, id_)
    ground = low + back * 1.55 + aside * 0.35
    ground[2] = look.radius_m * 0.7
    curve = _curve(
        [lower, upper, upper + back * 0.34 + UP * 0.12 + aside * 0.20, ground + UP * 0.42, ground]
    )
    hose = tube(curve, np.full(len(curve), look.radius_m * 0.72), look.hose, other_id)
    return HeldPoker(low, (lower, upper), rod, hose, ground)


def _rod(low: Vector, hand: Vector, steel_m: float, look: PokerLook, id_: int) -> Mesh:
    """Return the steel head as far as it is seen, and the hose above it up to the hand."""
    length = float(np.linalg.norm(hand - low))
    if steel_m <= 0.02:
        shares, radii = [0.0, 0.5, 1.0], [0.72, 0.72, 0.72]
        colours = [look.hose, look.hose]
    else:
        neck = min(steel_m / length, 0.95)
        shares, radii = [0.0, 0.04, neck, neck + 0.03, 1.0], [0.55, 1.0, 1.0, 0.72, 0.72]
        colours = [look.steel, look.steel, look.hose, look.hose]
    path = np.array([low + (hand - low) * share for share in shares])
    return tube(path, np.array(radii) * look.radius_m, np.array(colours), id_, points=8)


def lay_poker(
    rest: tuple[float, float], heading: float, look: PokerLook, id_: int, other_id: int
) -> tuple[Mesh, Mesh]:
    """Return the steel of a poker that lies on the ground, tip at `rest`, and the hose behind it.

    The steel belongs to `id_`, the beginning of the hose to `other_id`.
    """
    along = np.array([math.cos(heading), math.sin(heading), 0.0])
    low = np.array([rest[0], rest[1], look.radius_m])

    def part(at_m: list[float], thick: list[float], colour: Colour, id_: int) -> Mesh:
        path = low + np.array(at_m)[:, None] * along
        return tube(path, np.array(thick) * look.radius_m, colour, id_, points=8)

    steel = part([0.0, 0.03, HEAD_M], [0.55, 1.0, 1.0], look.steel, id_)
    hose = part([HEAD_M, HEAD_M + 0.02, _STIFF_M], [1.0, 0.72, 0.72], look.hose, other_id)
    return steel, hose


def ground_hose(start: Vector, end: tuple[float, float], bow: float) -> Array:
    """Return (N, 3) metres of a hose that lies on the ground in a loose bow."""
    finish = np.array([end[0], end[1], start[2]])
    line = finish - start
    aside = np.array([-line[1], line[0], 0.0])
    s = np.linspace(0.0, 1.0, 16)[:, None]
    return np.asarray(
        start + line * s + aside * (bow * np.sin(np.pi * s) + 0.08 * np.sin(3 * np.pi * s))
    )


def hold_shovel(stance: Stance, t: float, id_: int) -> tuple[tuple[Vector, Vector], Mesh]:
    """Return the hands and the solid of somebody who spreads concrete."""
    ahead = np.array([math.cos(stance.heading), math.sin(stance.heading), 0.0])
    right = np.array([ahead[1], -ahead[0], 0.0])
    beat = math.sin(2 * math.pi * t / _SHOVEL_PERIOD_S)
    here = np.array([stance.x, stance.y, 0.0])
    blade = here + ahead * (0.92 + 0.12 * beat) + UP * (0.07 + 0.06 * max(beat, 0.0))
    end = here + ahead * (0.22 + 0.14 * beat) + right * 0.16 + UP * (0.98 + 0.05 * beat)
    shaft = end - blade
    length = float(np.linalg.norm(shaft))
    wood = tube(np.array([blade + shaft * 0.12, end]), [0.018, 0.018], (150.0, 112.0, 70.0), id_)
    path = blade + shaft * np.array([[-0.10], [0.0], [0.13]]) * (1.2 / length)
    steel = tube(path, [0.02, 0.11, 0.03], (110.0, 112.0, 116.0), id_, points=4)
    return (blade + shaft * 0.52, blade + shaft * 0.96), Mesh.join([wood, steel])


def hold_pump_hose(
    stance: Stance, t: float, boom_m: float, grey: Colour, id_: int
) -> tuple[tuple[Vector, Vector], Mesh]:
    """Return the hands and the solid of somebody who guides the end of the pump's hose."""
    ahead = np.array([math.cos(stance.heading), math.sin(stance.heading), 0.0])
    right = np.array([ahead[1], -ahead[0], 0.0])
    here = np.array([stance.x, stance.y, 0.0])
    swing = right * 0.10 * math.sin(0.9 * t)
    mouth = here + ahead * 0.52 + UP * 0.55 + swing
    hold = here + ahead * 0.40 + UP * 1.08 + 0.5 * swing
    top = here + ahead * 0.7 + UP * boom_m
    curve = _curve([mouth, hold, here + ahead * 0.5 + UP * 2.2, top])
    hose = tube(curve, np.full(len(curve), 0.075), (44.0, 44.0, 46.0), id_, points=8)
    spill = np.array([mouth - UP * 0.02, mouth - UP * 0.3 + ahead * 0.03, mouth * (1, 1, 0)])
    flow = tube(spill, [0.055, 0.07, 0.17], grey, id_, points=8)
    return (hold - right * 0.11, hold + right * 0.11), Mesh.join([hose, flow])


def hold_clipboard(stance: Stance, id_: int) -> tuple[tuple[Vector, Vector], Mesh]:
    """Return the hands and the solid of somebody who writes things down."""
    ahead = np.array([math.cos(stance.heading), math.sin(stance.heading), 0.0])
    right = np.array([ahead[1], -ahead[0], 0.0])
    board = np.array([stance.x, stance.y, 1.12]) + ahead * 0.32
    sheet = box(board, (0.22, 0.30, 0.015), stance.heading, (225.0, 222.0, 210.0), id_)
    return (board - right * 0.13, board + right * 0.10), sheet


def _curve(points: list[Vector]) -> Array:
    """Return a smooth (N, 3) path through points (Catmull-Rom)."""
    knots = np.array([points[0], *points, points[-1]])
    s = np.linspace(0.0, 1.0, 5)[:-1, None]
    pieces = []
    for p0, p1, p2, p3 in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        pieces.append(
            0.5
            * (
                2 * p1
                + (p2 - p0) * s
                + (2 * p0 - 5 * p1 + 4 * p2 - p3) * s**2
                + (3 * p1 - p0 - 3 * p2 + p3) * s**3
            )
        )
    return np.concatenate([*pieces, knots[-1:]])
