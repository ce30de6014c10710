"""Solids made of flat faces, lit by the sun and the sky."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A solid.

    Attributes:
        vertices: (V, 3) float64, metres.
        faces: (F, 4) int64, vertex numbers, counter-clockwise seen from outside.
        colours: (F, 3) float64, RGB 0-255, before light.
        ids: (F,) uint8, what the face belongs to.
    """

    vertices: Array
    faces: NDArray[np.int64]
    colours: Array
    ids: NDArray[np.uint8]

    def __post_init__(self) -> None:
        count = len(self.faces)
        if self.faces.shape != (count, 4) or self.colours.shape != (count, 3):
            raise ValueError(f"faces {self.faces.shape} do not fit colours {self.colours.shape}")
        if self.ids.shape != (count,):
            raise ValueError(f"expected {count} ids, not {self.ids.shape}")

    @classmethod
    def join(cls, parts: Sequence[Self]) -> "Mesh":
        """Put solids together into one."""
        offsets = np.cumsum([0, *(len(part.vertices) for part in parts)])
        return Mesh(
            np.concatenate([part.vertices for part in parts]),
            np.concatenate([p.faces + o for p, o in zip(parts, offsets, strict=False)]),
            np.concatenate([part.colours for part in parts]),
            np.concatenate([part.ids for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Light:
    """The light on a site.

    Attributes:
        to_sun: unit vector from the ground to the sun or the lamp.
        sun: strength of the direct light, 0 when overcast.
        sky: strength of the light from everywhere.
        tint: RGB factors of the direct light.
        haze: RGB of far away things.
    """

    to_sun: tuple[float, float, float]
    sun: float
    sky: float
    tint: Colour
    haze: Colour

    def shade(self, normals: Array, colours: Array) -> Array:
        """Return (F, 3) lit colours, 0-255, of faces with (F, 3) unit normals."""
        direct = self.sun * np.maximum(normals @ np.array(self.to_sun), 0.0)
        around = self.sky * (0.72 + 0.28 * normals[:, 2])
        lit = colours * (direct[:, None] * np.array(self.tint) + around[:, None])
        return np.asarray(np.clip(lit, 0.0, 255.0))


def ring_faces(rings: int, points: int, first: int = 0) -> NDArray[np.int64]:
    """Return the (rings - 1) * points faces of a tube whose vertices run ring by ring."""
    ring, point = np.divmod(np.arange((rings - 1) * points), points)
    after = (point + 1) % points
    return first + np.stack(
        [
            ring * points + point,
            ring * points + after,
            (ring + 1) * points + after,
            (ring + 1) * points + point,
        ],
        axis=1,
    )


def ring_vertices(centers: Array, us: Array, vs: Array, points: int) -> Array:
    """Return (R * points, 3) vertices of R ellipses with half-axes us and vs, all (R, 3)."""
    angle = 2 * np.pi * np.arange(points) / points
    wheel = (
        centers[:, None]
        + np.cos(angle)[None, :, None] * us[:, None]
        + np.sin(angle)[None, :, None] * vs[:, None]
    )
    return wheel.reshape(-1, 3)


def tube(
    path: Array,
    radii: Sequence[float] | Array,
    colour: Colour | Array,
    id_: int = 0,
    points: int = 6,
) -> Mesh:
    """Return a round tube along (N, 3) metres with (N,) radii; colour for all or (N - 1, 3)."""
    ahead = np.gradient(path, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    reference = np.where(np.abs(ahead[:, 2:]) > 0.9, [[1.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]])
    us = np.cross(ahead, reference)
    us /= np.linalg.norm(us, axis=1, keepdims=True)
    vs = np.cross(ahead, us)
    size = np.asarray(radii, dtype=np.float64)[:, None]
    faces = ring_faces(len(path), points)
    spans = np.broadcast_to(np.asarray(colour, dtype=np.float64), (len(path) - 1, 3))
    return Mesh(
        ring_vertices(path, us * size, vs * size, points),
        faces,
        np.repeat(spans, points, axis=0),
        np.full(len(faces), id_, dtype=np.uint8),
    )


def box(
    center: Sequence[float] | Array,
    size: Sequence[float],
    heading: float,
    colour: Colour,
    id_: int = 0,
) -> Mesh:
    """Return a box of (length, width, height) metres, turned by `heading` radians about z."""
    half = np.array(size) / 2
    signs = np.array(
        [(x, y, z) for z in (-1, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))],
        dtype=np.float64,
    )
    cos, sin = np.cos(heading), np.sin(heading)
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    faces = np.array(
        [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    )
    return Mesh(
        (signs * half) @ turn + np.array(center),
        faces,
        np.tile(np.array(colour, dtype=np.float64), (6, 1)),
        np.full(6, id_, dtype=np.uint8),
    )
