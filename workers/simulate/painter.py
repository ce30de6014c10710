"""Draws solids into pictures: lit faces from far to near, smoothed by drawing twice as large."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.simulate.camera import Array, Camera
from workers.simulate.mesh import Light, Mesh

Image = NDArray[np.uint8]

_OVERSAMPLING = 2
_SHIFT = 3
_NEAR_M = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A drawn solid, to be laid over a picture.

    Attributes:
        x: left edge in the picture, pixels.
        y: top edge in the picture, pixels.
        colour: (h, w, 3) uint8, RGB times coverage.
        cover: (h, w, 3) uint8, coverage, 0-255, the same in all channels.
        ids: (h, w) uint8, what is seen at each pixel; 0 is nothing.
    """

    x: int
    y: int
    colour: Image
    cover: Image
    ids: Image

    def lay_over(self, picture: Image, ids: Image | None) -> None:
        """Draw onto a (H, W, 3) picture and, if given, write who is seen into (H, W) ids."""
        height, width = self.ids.shape
        there = picture[self.y : self.y + height, self.x : self.x + width]
        cv2.multiply(there, cv2.bitwise_not(self.cover), dst=there, scale=1 / 255)
        cv2.add(there, self.colour, dst=there)
        if ids is not None:
            np.copyto(
                ids[self.y : self.y + height, self.x : self.x + width],
                self.ids,
                where=self.ids > 0,
            )


@dataclass(frozen=True, slots=True, eq=False)
class Fixture:
    """A drawn thing that people can stand in front of or behind."""

    sprite: Sprite
    distance_m: float


class Painter:
    """Draws for one camera under one light."""

    def __init__(self, camera: Camera, light: Light) -> None:
        self.camera = camera
        self.light = light
        self._fine = camera.scaled(_OVERSAMPLING)
        self._ground = camera.ground_homography()

    def sprite(self, mesh: Mesh) -> Sprite | None:
        """Draw a solid; None if nothing of it is in the picture. Every id must be above 0."""
        corners = mesh.vertices[mesh.faces]
        normals, centers = face_normals(corners), corners.mean(axis=1)
        pixels, depth = self._fine.project(mesh.vertices)
        towards = np.einsum("ij,ij->i", normals, self.camera.eye - centers) > 0
        seen = np.flatnonzero(towards & (depth[mesh.faces].min(axis=1) > _NEAR_M))
        if len(seen) == 0:
            return None
        distance = np.linalg.norm(centers[seen] - self.camera.eye, axis=1)
        order = seen[np.argsort(-distance, kind="stable")]
        used = pixels[mesh.faces[order]]
        x0, y0, x1, y1 = self._frame(used)
        if x0 >= x1 or y0 >= y1:
            return None
        fine = np.zeros(((y1 - y0) * _OVERSAMPLING, (x1 - x0) * _OVERSAMPLING, 4), dtype=np.uint8)
        colours = np.empty((len(order), 4))
        colours[:, :3] = self.light.shade(normals[order], mesh.colours[order])
        colours[:, 3] = mesh.ids[order]
        origin = np.array([x0, y0]) * _OVERSAMPLING
        points = np.round((used - origin) * (1 << _SHIFT)).astype(np.int32)
        for polygon, colour in zip(points, colours.tolist(), strict=True):
            cv2.fillConvexPoly(fine, polygon, colour, lineType=cv2.LINE_8, shift=_SHIFT)
        return _shrink(fine, x0, y0)

    def _frame(self, pixels: Array) -> tuple[int, int, int, int]:
        """Return the part of the picture that holds all (..., 2) fine pixels, half-open."""
        low = np.floor(pixels.min(axis=(0, 1)) / _OVERSAMPLING).astype(int) - 1
        high = np.ceil(pixels.max(axis=(0, 1)) / _OVERSAMPLING).astype(int) + 1
        return (
            max(int(low[0]), 0),
            max(int(low[1]), 0),
            min(int(high[0]), self.camera.width),
            min(int(high[1]), self.camera.height),
        )

    def cast(self, mesh: Mesh, shadow: Image, strength: int) -> None:
        """Draw the shadow of a solid on the ground into a (H, W) mask."""
        to_sun = np.array(self.light.to_sun)
        vertices = mesh.vertices
        ground = vertices - np.maximum(vertices[:, 2:], 0.0) * (to_sun / to_sun[2])
        flat = np.column_stack([ground[:, :2], np.ones(len(ground))]) @ self._ground.T
        if flat[:, 2].min() < _NEAR_M:
            return
        pixels = flat[:, :2] / flat[:, 2:]
        lit = face_normals(vertices[mesh.faces]) @ to_sun > 0
        points = np.round(pixels[mesh.faces[lit]] * (1 << _SHIFT)).astype(np.int32)
        for polygon in points:
            cv2.fillConvexPoly(shadow, polygon, strength, lineType=cv2.LINE_8, shift=_SHIFT)


def face_normals(corners: Array) -> Array:
    """Return (F, 3) unit normals of (F, 4, 3) faces."""
    a, b = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    normals = np.stack(
        [
            a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1],
            a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2],
            a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
        ],
        axis=1,
    )
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))


def _shrink(fine: Image, x: int, y: int) -> Sprite:
    size = (fine.shape[1] // _OVERSAMPLING, fine.shape[0] // _OVERSAMPLING)
    ids = cv2.extractChannel(fine, 3)
    is_drawn = cv2.threshold(ids, 0, 255, cv2.THRESH_BINARY)[1]
    cover = cv2.resize(is_drawn, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)
    return Sprite(
        x,
        y,
        np.asarray(cv2.cvtColor(small, cv2.COLOR_RGBA2RGB), dtype=np.uint8),
        np.asarray(cv2.cvtColor(cover, cv2.COLOR_GRAY2RGB), dtype=np.uint8),
        np.ascontiguousarray(ids[::_OVERSAMPLING, ::_OVERSAMPLING]),
    )


def bake(
    painter: Painter, meshes: list[Mesh], picture: Image, light: Light, *, with_shadow: bool = True
) -> None:
    """Draw what nobody ever stands behind into the picture, far things first, with shadows."""
    eye = painter.camera.eye
    ordered = sorted(meshes, key=lambda m: -float(np.linalg.norm(m.vertices.mean(axis=0) - eye)))
    if with_shadow:
        shadow = np.zeros(picture.shape[:2], dtype=np.uint8)
        for mesh in ordered:
            painter.cast(mesh, shadow, 255)
        soft = np.asarray(cv2.GaussianBlur(shadow, (0, 0), 1.2), dtype=np.uint8)
        darken(picture, soft, shadow_depth(light))
    for mesh in ordered:
        sprite = painter.sprite(mesh)
        if sprite is not None:
            sprite.lay_over(picture, None)


def shadow_depth(light: Light) -> float:
    """Return the share of the light on the ground that a shadow takes away, 0-1."""
    direct = light.sun * light.to_sun[2]
    return direct / (direct + light.sky)


def darken(picture: Image, shadow: Image, depth: float) -> None:
    """Take light away from a (H, W, 3) picture where a (H, W) mask of 0-255 says so."""
    factor = cv2.bitwise_not(cv2.convertScaleAbs(shadow, alpha=depth))
    cv2.multiply(picture, cv2.merge([factor, factor, factor]), dst=picture, scale=1 / 255)
