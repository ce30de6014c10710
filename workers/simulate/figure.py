"""A person as a solid: clothes and gear around a skeleton."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from workers.simulate.mesh import Array, Colour, Mesh, ring_faces, ring_vertices
from workers.simulate.plan import Person
from workers.simulate.skeleton import Skeleton, Vector

POINTS = 12
# Faces of a ring, counted from the left hand side over the back: the braces of a vest, the face.
_FRONT = (7, 10)
_BACK = (1, 4)
_FACE = (7, 8, 9, 10)
_REFLECTOR: Colour = (226.0, 228.0, 222.0)
_GREY: Colour = (128.0, 126.0, 120.0)

_HELMETS = [(238, 196, 30), (240, 240, 236), (32, 88, 190), (206, 44, 36), (240, 120, 24)]
_VESTS = [(255, 104, 20), (206, 240, 40), (250, 216, 30), (240, 60, 40), (60, 200, 90)]
_SHIRTS = [(52, 62, 92), (96, 96, 92), (128, 74, 56), (60, 84, 66), (150, 150, 148), (34, 36, 42)]
_TROUSERS = [(42, 48, 66), (74, 72, 68), (92, 84, 62), (58, 66, 52), (30, 30, 34)]
_BOOTS = [(26, 28, 26), (204, 170, 40), (40, 78, 52), (70, 66, 62)]
_GLOVES = [(190, 184, 170), (60, 60, 60), (200, 110, 50)]
_SKINS = [(224, 176, 144), (198, 148, 112), (164, 114, 84), (112, 78, 58)]
_HAIRS = [(26, 24, 24), (52, 42, 36), (96, 92, 90)]
_CAPS = [(34, 44, 76), (120, 34, 34), (90, 92, 88), (60, 70, 52)]
_STRAW: Colour = (206.0, 178.0, 112.0)

Ring = tuple[Vector, Vector, Vector, float, float]


class Part(NamedTuple):
    """A tube of the body.

    `rings` gives, for a skeleton and a height, the rings from one end to the other: centre,
    direction of the tube, reference across it, and the two half-axes, metres; the second
    half-axis lies along the reference.
    """

    rings: Callable[[Skeleton, float], list[Ring]]
    colours: Array
    id_offset: int


@dataclass(frozen=True, slots=True)
class Clothes:
    """The colours of one person, RGB 0-255; what is not worn is None."""

    helmet: Colour | None
    vest: Colour | None
    hat: Colour | None
    has_wide_hat: bool
    shirt: Colour
    trousers: Colour
    boots: Colour
    gloves: Colour
    skin: Colour
    hair: Colour

    @classmethod
    def choose(cls, rng: np.random.Generator, person: Person) -> "Clothes":
        """Choose clothes and how worn and dirty they are."""

        def pick(palette: Sequence[tuple[int, int, int]]) -> Colour:
            colour = np.array(palette[int(rng.integers(len(palette)))], dtype=np.float64)
            worn = colour * rng.uniform(0.8, 1.1) + rng.uniform(-12, 12, 3)
            r, g, b = np.clip(worn * 0.93 + np.array(_GREY) * 0.07, 8, 255)
            return float(r), float(g), float(b)

        hat_kind = rng.random()
        return cls(
            helmet=pick(_HELMETS) if person.has_helmet else None,
            vest=pick(_VESTS) if person.has_vest else None,
            hat=None if hat_kind < 0.5 else _STRAW if hat_kind > 0.85 else pick(_CAPS),
            has_wide_hat=hat_kind > 0.85,
            shirt=pick(_SHIRTS),
            trousers=pick(_TROUSERS),
            boots=pick(_BOOTS),
            gloves=pick(_GLOVES),
            skin=pick(_SKINS),
            hair=pick(_HAIRS),
        )


class Figure:
    """The solid of one person in any pose; ids are `first_id` body, +1 head, +2 torso."""

    def __init__(self, person: Person, first_id: int, rng: np.random.Generator) -> None:
        self._height_m = person.height_m
        self._girth = float(rng.uniform(0.94, 1.16))
        clothes = Clothes.choose(rng, person)
        self._parts = [
            *_legs(clothes),
            _torso(clothes),
            *_arms(clothes),
            *_head(clothes),
        ]
        faces, colours, ids, first = [], [], [], 0
        for part in self._parts:
            rings = len(part.colours) + 1
            faces.append(ring_faces(rings, POINTS, first))
            colours.append(part.colours.reshape(-1, 3))
            ids.append(np.full((rings - 1) * POINTS, first_id + part.id_offset, dtype=np.uint8))
            first += rings * POINTS
        self._faces = np.concatenate(faces)
        # Folds and stains: every face has its own small difference.
        blotch = rng.normal(1.0, 0.03, (len(self._faces), 1))
        self._colours = np.clip(np.concatenate(colours) * blotch, 0, 255)
        self._ids = np.concatenate(ids)

    def mesh(self, skeleton: Skeleton) -> Mesh:
        """Return the solid in the pose of the skeleton."""
        rings = [ring for part in self._parts for ring in part.rings(skeleton, self._height_m)]
        centers = np.array([ring[0] for ring in rings])
        ahead = np.array([ring[1] for ring in rings])
        reference = np.array([ring[2] for ring in rings])
        sizes = np.array([ring[3:] for ring in rings]) * self._girth
        us = np.cross(ahead, reference)
        us /= np.maximum(np.linalg.norm(us, axis=1, keepdims=True), 1e-9)
        vs = np.cross(ahead, us)
        vs /= np.maximum(np.linalg.norm(vs, axis=1, keepdims=True), 1e-9)
        vertices = ring_vertices(centers, us * sizes[:, :1], vs * sizes[:, 1:], POINTS)
        # Boots sink into the concrete.
        vertices[:, 2] = np.maximum(vertices[:, 2], 0.0)
        return Mesh(vertices, self._faces, self._colours, self._ids)


def _bands(*colours: Colour) -> Array:
    """Return (spans, POINTS, 3) colours, one for each span of a tube."""
    return np.repeat(np.array(colours, dtype=np.float64)[:, None], POINTS, axis=1)


def _between(a: Vector, b: Vector, share: float) -> Vector:
    return a + share * (b - a)


def _legs(clothes: Clothes) -> list[Part]:
    muddy = tuple(0.6 * c + 0.4 * g for c, g in zip(clothes.trousers, _GREY, strict=True))
    wet = tuple(0.55 * c + 0.45 * g for c, g in zip(clothes.boots, _GREY, strict=True))
    leg_colours = _bands(
        clothes.trousers, clothes.trousers, (muddy[0], muddy[1], muddy[2]), clothes.boots
    )
    foot_colours = _bands(clothes.boots, (wet[0], wet[1], wet[2]), (wet[0], wet[1], wet[2]))

    def leg(side: int) -> Callable[[Skeleton, float], list[Ring]]:
        def rings(s: Skeleton, h: float) -> list[Ring]:
            hip, knee, ankle = s.hips[side], s.knees[side], s.ankles[side]
            thigh, shin = knee - hip, ankle - knee
            return [
                (hip, thigh, s.right, 0.052 * h, 0.046 * h),
                (_between(hip, knee, 0.5), thigh, s.right, 0.046 * h, 0.042 * h),
                (knee, thigh + shin, s.right, 0.036 * h, 0.034 * h),
                (_between(knee, ankle, 0.38), shin, s.right, 0.036 * h, 0.034 * h),
                (ankle, shin, s.right, 0.027 * h, 0.027 * h),
            ]

        return rings

    def foot(side: int) -> Callable[[Skeleton, float], list[Ring]]:
        def rings(s: Skeleton, h: float) -> list[Ring]:
            ankle, toe = s.ankles[side], s.toes[side]
            along = toe - ankle
            heel = ankle - 0.3 * along - np.array([0.0, 0.0, 0.012 * h])
            return [
                (heel, along, s.right, 0.015 * h, 0.015 * h),
                (ankle, along, s.right, 0.032 * h, 0.028 * h),
                (_between(ankle, toe, 0.7), along, s.right, 0.022 * h, 0.030 * h),
                (toe, along, s.right, 0.008 * h, 0.018 * h),
            ]

        return rings

    return [
        part
        for side in (0, 1)
        for part in (Part(leg(side), leg_colours, 0), Part(foot(side), foot_colours, 0))
    ]


# Share of the way from pelvis to neck, half width and half depth in body heights.
_TORSO_RINGS = (
    (-0.16, 0.040, 0.040),
    (0.00, 0.098, 0.066),
    (0.12, 0.094, 0.066),
    (0.28, 0.090, 0.064),
    (0.37, 0.090, 0.064),
    (0.54, 0.097, 0.068),
    (0.63, 0.101, 0.070),
    (0.80, 0.106, 0.068),
    (0.93, 0.098, 0.052),
    (1.00, 0.050, 0.040),
    (1.03, 0.020, 0.020),
)
_STRIPES = (3, 5)
_VEST_SPANS = range(2, 9)


def _torso(clothes: Clothes) -> Part:
    spans = len(_TORSO_RINGS) - 1
    colours = _bands(*([clothes.trousers] * 2 + [clothes.shirt] * (spans - 2)))
    if clothes.vest is not None:
        colours[_VEST_SPANS] = clothes.vest
        colours[list(_STRIPES)] = _REFLECTOR
        for point in (*_FRONT, *_BACK):
            colours[6:9, point] = _REFLECTOR
        # The shirt shows where the vest is open at the front.
        for point in (8, 9):
            colours[2:8, point] = 0.6 * colours[2:8, point] + 0.4 * np.array(clothes.shirt)

    def rings(s: Skeleton, h: float) -> list[Ring]:
        line = s.neck - s.pelvis
        return [
            (s.pelvis + line * share, s.spine, s.forward, width * h, depth * h)
            for share, width, depth in _TORSO_RINGS
        ]

    return Part(rings, colours, 2)


def _arms(clothes: Clothes) -> list[Part]:
    colours = _bands(
        clothes.shirt, clothes.shirt, clothes.shirt, clothes.shirt, clothes.gloves, clothes.gloves
    )

    def arm(side: int) -> Callable[[Skeleton, float], list[Ring]]:
        def rings(s: Skeleton, h: float) -> list[Ring]:
            shoulder, elbow, hand = s.shoulders[side], s.elbows[side], s.hands[side]
            upper, lower = elbow - shoulder, hand - elbow
            end = hand + lower * (0.035 * h / max(float(np.linalg.norm(lower)), 1e-6))
            return [
                (_between(shoulder, elbow, -0.12), upper, s.forward, 0.018 * h, 0.018 * h),
                (shoulder, upper, s.forward, 0.036 * h, 0.036 * h),
                (_between(shoulder, elbow, 0.6), upper, s.forward, 0.031 * h, 0.031 * h),
                (elbow, upper + lower, s.forward, 0.027 * h, 0.027 * h),
                (_between(elbow, hand, 0.85), lower, s.forward, 0.021 * h, 0.021 * h),
                (hand, lower, s.forward, 0.026 * h, 0.024 * h),
                (end, lower, s.forward, 0.010 * h, 0.010 * h),
            ]

        return rings

    return [Part(arm(side), colours, 0) for side in (0, 1)]


# Height above the middle of the head, half width and half depth in body heights.
_HEAD_RINGS = (
    (-0.085, 0.030, 0.032),
    (-0.048, 0.034, 0.038),
    (-0.015, 0.043, 0.051),
    (0.018, 0.045, 0.054),
    (0.048, 0.038, 0.046),
    (0.066, 0.010, 0.012),
)
_HELMET_RINGS = (
    (0.008, 0.052, 0.060),
    (0.014, 0.064, 0.078),
    (0.024, 0.057, 0.067),
    (0.052, 0.052, 0.061),
    (0.076, 0.036, 0.042),
    (0.087, 0.006, 0.008),
)
_CAP_RINGS = (
    (0.012, 0.049, 0.058),
    (0.020, 0.049, 0.058),
    (0.055, 0.042, 0.050),
    (0.072, 0.010, 0.012),
)
_WIDE_RINGS = (
    (0.004, 0.060, 0.064),
    (0.010, 0.115, 0.118),
    (0.026, 0.060, 0.064),
    (0.062, 0.048, 0.052),
    (0.074, 0.010, 0.012),
)


def _head(clothes: Clothes) -> list[Part]:
    colours = _bands(*[clothes.hair] * 5)
    colours[0] = clothes.skin
    colours[1:4, list(_FACE)] = clothes.skin
    colours[1:3] = 0.55 * colours[1:3] + 0.45 * np.array(clothes.skin)
    parts = [Part(_around_head(_HEAD_RINGS), colours, 1)]
    if clothes.helmet is not None:
        shell = _bands(*[clothes.helmet] * (len(_HELMET_RINGS) - 1))
        shell[0] *= 0.6
        parts.append(Part(_around_head(_HELMET_RINGS), shell, 1))
    elif clothes.hat is not None:
        rings = _WIDE_RINGS if clothes.has_wide_hat else _CAP_RINGS
        parts.append(Part(_around_head(rings), _bands(*[clothes.hat] * (len(rings) - 1)), 1))
    return parts


def _around_head(
    table: Sequence[tuple[float, float, float]],
) -> Callable[[Skeleton, float], list[Ring]]:
    def rings(s: Skeleton, h: float) -> list[Ring]:
        up = s.head - s.neck
        up = up / max(float(np.linalg.norm(up)), 1e-6)
        return [(s.head + up * z * h, up, s.look, w * h, d * h) for z, w, d in table]

    return rings
