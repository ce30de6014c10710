"""The set of a pour: everything that stands still, and the concrete as far as it is vibrated."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from workers.simulate.concrete import Concrete
from workers.simulate.ground import paint_bed, paint_ground
from workers.simulate.look import Look
from workers.simulate.mesh import Array, Mesh
from workers.simulate.painter import Fixture, Image, Painter, bake, darken, shadow_depth
from workers.simulate.plan import Plan, Poker
from workers.simulate.props import (
    backdrop,
    box_out,
    column_cages,
    drives,
    formwork_walls,
    occluder,
    zone_barrier,
)
from workers.simulate.tools import ground_hose, lay_poker

FIRST_POKER_ID = 200
OTHER_ID = 254
# The surface is redrawn this often where a poker works.
_STEP_S = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class IdlePoker:
    """A poker that lies on the ground.

    Attributes:
        poker: as planned.
        id: of its steel, in the painted ids.
        steel: its head; what is labelled, for nothing shows where its hose begins to lie loose.
        fixture: what is painted of it.
    """

    poker: Poker
    id: int
    steel: Mesh
    fixture: Fixture


class Stage:
    """The set of one plan.

    Attributes:
        fixtures: what people can stand in front of or behind.
        idle: pokers on the ground, whose sprites are among the fixtures.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        painter: Painter,
        plan: Plan,
        look: Look,
        concrete: Concrete,
    ) -> None:
        self._painter, self._plan, self._look, self._concrete = painter, plan, look, concrete
        camera, bay = painter.camera, plan.bay
        picture = paint_ground(rng, camera, look)
        paint_bed(rng, camera, bay, look, picture)
        walls = formwork_walls(rng, bay, look)
        cages = column_cages(rng, bay, look)
        boxes = [] if bay.opening is None else [(box_out(bay.opening, look), bay.opening.center)]
        shadow = self._static_shadow([mesh for mesh, _ in (*walls, *cages, *boxes)])
        for layer in (concrete.rough, concrete.smooth):
            darken(layer, shadow, shadow_depth(look.light))
        darken(picture, shadow, shadow_depth(look.light))
        # A wall whose outside is seen hides the concrete and the feet behind it.
        middle = np.array(bay.rect.center)
        hiding = [
            mesh
            for mesh, out in walls
            if np.dot(camera.eye[:2] - middle, out) > 0.5 * (bay.rect.x1 if out[0] else bay.rect.y1)
        ]
        others = [mesh for mesh, _ in walls if mesh not in hiding]
        bake(painter, others, picture, look.light, with_shadow=False)
        behind = [*backdrop(rng, bay, look), *drives(rng, plan.pokers), zone_barrier(bay.zone)]
        bake(painter, behind, picture, look.light)
        self.fixtures: list[Fixture] = []
        for mesh, (x, y) in (*cages, *boxes):
            self._fix(mesh, math.dist((x, y, 0.0), tuple(camera.eye)))
        for mesh in hiding:
            self._fix(mesh, 0.5)
        if look.has_occluder:
            self._fix(occluder(rng, camera), 0.1)
        self.idle = self._lay_idle(rng, picture)
        self._bare = picture
        self._start()

    def _static_shadow(self, meshes: list[Mesh]) -> Image:
        camera = self._painter.camera
        shadow = np.zeros((camera.height, camera.width), dtype=np.uint8)
        for mesh in meshes:
            self._painter.cast(mesh, shadow, 255)
        return np.asarray(cv2.GaussianBlur(shadow, (0, 0), 1.2), dtype=np.uint8)

    def _fix(self, mesh: Mesh, distance_m: float) -> Fixture | None:
        sprite = self._painter.sprite(mesh)
        if sprite is None:
            return None
        fixture = Fixture(sprite, distance_m)
        self.fixtures.append(fixture)
        return fixture

    def _lay_idle(self, rng: np.random.Generator, picture: Image) -> list[IdlePoker]:
        idle = []
        for k, poker in enumerate(self._plan.pokers):
            if poker.rest is None:
                continue
            place, heading = poker.rest
            id_ = FIRST_POKER_ID + k
            steel, hose = lay_poker(place, heading, self._look.poker, id_, OTHER_ID)
            mesh = Mesh.join([steel, hose])
            end = hose.vertices[-8:].mean(axis=0)
            self.draw_hose(picture, ground_hose(end, poker.drive, float(rng.uniform(-0.5, 0.5))))
            bake(self._painter, [mesh], picture, self._look.light)
            distance_m = math.dist((*place, 0.0), tuple(self._painter.camera.eye))
            fixture = self._fix(mesh, distance_m)
            if fixture is not None:
                idle.append(IdlePoker(poker, id_, steel, fixture))
        return idle

    def draw_hose(self, picture: Image, path: Array) -> None:
        """Draw a poker's hose that lies on the ground along (N, 3) metres."""
        camera, poker = self._painter.camera, self._look.poker
        pixels, depth = camera.project(path)
        if depth.min() < 0.5:
            return
        up = np.array([[0.0, 0.0, 1.0]])
        lit = self._look.light.shade(up, np.array([poker.hose]))[0]
        width = 1.44 * poker.radius_m * camera.focal_px / depth.mean()
        points = [np.round(pixels * 8).astype(np.int32)]
        thick = max(round(width), 1)
        shade = np.clip(lit * 0.35, 0, 255).tolist()
        cv2.polylines(picture, [points[0] + (0, 6)], False, shade, thick + 1, cv2.LINE_AA, 3)
        cv2.polylines(picture, points, False, lit.tolist(), thick, cv2.LINE_AA, 3)
        gleam = np.clip(lit * 1.3 + 18, 0, 255).tolist()
        top = [points[0] - (0, round(2 * width))]
        cv2.polylines(picture, top, False, gleam, max(thick // 3, 1), cv2.LINE_AA, 3)

    def _start(self) -> None:
        """Go back to the moment before the video."""
        self._now_s = -_STEP_S
        self._done = self._concrete.done.copy()
        self._picture = self._bare.copy()
        camera = self._painter.camera
        self._concrete.draw(self._picture, self._done, (0, 0, camera.width, camera.height))

    def surface(self, t: float) -> Image:
        """Return the (H, W, 3) picture of the set at `t` seconds; not to be written to."""
        moment = math.floor(t / _STEP_S) * _STEP_S
        if moment < self._now_s:
            self._start()
        if moment > self._now_s:
            for insertion in self._plan.insertions:
                if insertion.start_s < moment and insertion.end_s > self._now_s - _STEP_S:
                    self._concrete.stamp(self._done, insertion, self._plan.radius_m, moment)
                    region = self._concrete.region(insertion, self._plan.radius_m)
                    self._concrete.draw(self._picture, self._done, region)
            self._now_s = moment
        return self._picture
