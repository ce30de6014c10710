"""A planned pour, ready to be seen at any moment."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from workers.simulate.camera import Camera
from workers.simulate.concrete import Concrete
from workers.simulate.effects import Lens
from workers.simulate.figure import Figure
from workers.simulate.labels import (
    MIN_VISIBLE_STEEL,
    Labelled,
    labelled,
    rod_box,
    seen_extent,
    visible_share,
)
from workers.simulate.look import Look
from workers.simulate.mesh import Mesh
from workers.simulate.motion import PokerPath, Stance, Tip, Walk
from workers.simulate.options import Options
from workers.simulate.painter import Image, Painter, Sprite, darken, shadow_depth
from workers.simulate.plan import Person, Plan, Poker
from workers.simulate.skeleton import Vector, pose
from workers.simulate.stage import FIRST_POKER_ID, OTHER_ID, Stage
from workers.simulate.tools import (
    HeldPoker,
    ground_hose,
    hold_clipboard,
    hold_poker,
    hold_pump_hose,
    hold_shovel,
)

_LOOK_STREAM, _STAGE_STREAM, _PEOPLE_STREAM, _FRAME_STREAM = 2, 3, 4, 5
_PAD_SHARE = 1 / 80
_IDS_PER_PERSON = 3
# How dark it is below somebody, 0-255, even without sun.
_CONTACT = 70
_BOOM_M = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One recorded picture.

    Attributes:
        image: (H, W, 3) uint8, RGB.
        objects: what is seen in it.
    """

    image: Image
    objects: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Actor:
    """Somebody with what they hold, at one moment."""

    mesh: Mesh
    stance: Stance
    person: Person
    first_id: int
    held: HeldPoker | None
    poker: Poker | None
    tip: Tip | None


class Scene:
    """Paints the moments of one plan; asked for them in order of time it is fastest."""

    def __init__(self, plan: Plan, options: Options) -> None:
        self.plan = plan
        self.size = (options.width, options.height)
        self.look = Look.choose(
            np.random.default_rng((plan.seed, _LOOK_STREAM)), options.difficulty
        )
        self._pad_px = math.ceil(options.width * _PAD_SHARE)
        self._shake_px = self.look.shake_px * options.width / 960
        self._camera = Camera(plan.camera, options.width, options.height, self._pad_px)
        self._painter = Painter(self._camera, self.look.light)
        rng = np.random.default_rng((plan.seed, _STAGE_STREAM))
        self._concrete = Concrete(rng, self._camera, plan.bay, self.look)
        self._stage = Stage(rng, self._painter, plan, self.look, self._concrete)
        self._lens = Lens(rng, self._camera, self._pad_px, self.look)
        self._phases = rng.uniform(0, 2 * math.pi, 6)
        people_rng = np.random.default_rng((plan.seed, _PEOPLE_STREAM))
        self._figures = [
            Figure(person, 1 + _IDS_PER_PERSON * k, people_rng)
            for k, person in enumerate(plan.people)
        ]
        self._leans = people_rng.uniform(-0.05, 0.08, len(plan.people))
        self._bows = people_rng.uniform(-0.35, 0.35, len(plan.pokers))
        self._walks = [Walk(person) for person in plan.people]
        self._pokers = {p.operator_id: p for p in plan.pokers if p.operator_id is not None}
        self._paths = {
            poker.track_id: PokerPath([i for i in plan.insertions if i.poker_id == poker.track_id])
            for poker in plan.pokers
        }

    def picture(self, t: float, *, with_objects: bool = True) -> Picture:
        """Record the picture at `t` seconds."""
        picture = self._stage.surface(t).copy()
        actors = [self._actor(k, t) for k in range(len(self.plan.people))]
        self._draw_hoses(picture, actors)
        self._draw_shadows(picture, actors)
        self._draw_ripples(picture, actors, t)
        ids = np.zeros(picture.shape[:2], dtype=np.uint8) if with_objects else None
        sprites = [self._painter.sprite(actor.mesh) for actor in actors]
        drawn = [
            (self._distance(actor.stance), sprite)
            for actor, sprite in zip(actors, sprites, strict=True)
            if sprite is not None
        ]
        drawn += [(fixture.distance_m, fixture.sprite) for fixture in self._stage.fixtures]
        for _, sprite in sorted(drawn, key=lambda one: -one[0]):
            sprite.lay_over(picture, ids)
        shift = self._shift(t)
        rng = np.random.default_rng((self.plan.seed, _FRAME_STREAM, round(t * 1000)))
        image = self._lens.record(picture, shift, rng)
        if ids is None:
            return Picture(image, ())
        moved = (shift[0] - self._pad_px, shift[1] - self._pad_px)
        objects = [
            thing
            for actor, sprite in zip(actors, sprites, strict=True)
            if sprite is not None
            for thing in self._objects(actor, sprite, ids, moved)
        ]
        objects += self._idle_objects(ids, moved)
        return Picture(image, tuple(objects))

    def _distance(self, stance: Stance) -> float:
        eye = self._camera.eye
        return math.dist((stance.x, stance.y, 0.0), (eye[0], eye[1], eye[2]))

    def _shift(self, t: float) -> tuple[float, float]:
        """Return how far the camera's shake moves the picture, (x, y) pixels."""
        a = self._phases
        x = (
            math.sin(8.2 * t + a[0])
            + 0.7 * math.sin(20.1 * t + a[1])
            + 0.4 * math.sin(1.1 * t + a[2])
        )
        y = (
            math.sin(9.7 * t + a[3])
            + 0.7 * math.sin(17.3 * t + a[4])
            + 0.4 * math.sin(0.9 * t + a[5])
        )
        return 0.8 * self._shake_px * x, 0.8 * self._shake_px * y

    def _actor(self, k: int, t: float) -> _Actor:
        person, stance = self.plan.people[k], self._walks[k].at(t)
        first_id = 1 + _IDS_PER_PERSON * k
        poker = self._pokers.get(person.track_id)
        held, tip, extra = None, None, []
        hands: tuple[Vector, Vector] | None = None
        if poker is not None and self._paths[poker.track_id].insertions:
            tip = self._paths[poker.track_id].at(t)
            poker_id = FIRST_POKER_ID + self.plan.pokers.index(poker)
            held = hold_poker(tip, stance, self.look.poker, poker_id, OTHER_ID, t)
            hands, extra = held.hands, [held.rod, held.hose]
        elif (activity := stance.activity) in ("shovel", "place", "watch"):
            if activity == "shovel":
                hands, tool = hold_shovel(stance, t, OTHER_ID)
            elif activity == "place":
                hands, tool = hold_pump_hose(stance, t, _BOOM_M, self.look.concrete, OTHER_ID)
            else:
                hands, tool = hold_clipboard(stance, OTHER_ID)
            extra = [tool]
        skeleton = pose(stance, person.height_m, t + k, hands, float(self._leans[k]))
        mesh = Mesh.join([self._figures[k].mesh(skeleton), *extra])
        return _Actor(mesh, stance, person, first_id, held, poker, tip)

    def _draw_hoses(self, picture: Image, actors: list[_Actor]) -> None:
        for actor in actors:
            if actor.held is not None and actor.poker is not None:
                bow = float(self._bows[self.plan.pokers.index(actor.poker)])
                path = ground_hose(actor.held.ground, actor.poker.drive, bow)
                self._stage.draw_hose(picture, path)

    def _draw_shadows(self, picture: Image, actors: list[_Actor]) -> None:
        shadow = np.zeros(picture.shape[:2], dtype=np.uint8)
        depth = shadow_depth(self.look.light)
        circle = np.linspace(0, 2 * math.pi, 14, endpoint=False)
        for actor in actors:
            around = np.column_stack(
                [
                    actor.stance.x + 0.27 * np.cos(circle),
                    actor.stance.y + 0.27 * np.sin(circle),
                    np.zeros_like(circle),
                ]
            )
            pixels, depths = self._camera.project(around)
            if depths.min() > 0.5:
                cv2.fillConvexPoly(shadow, np.round(pixels).astype(np.int32), _CONTACT)
        if depth > 0.15:
            for actor in actors:
                self._painter.cast(actor.mesh, shadow, max(round(255 * depth), _CONTACT))
        x, y, width, height = cv2.boundingRect(shadow)
        if width and height:
            x, y = max(x - 6, 0), max(y - 6, 0)
            window = (slice(y, y + height + 12), slice(x, x + width + 12))
            soft = cv2.GaussianBlur(shadow[window], (0, 0), 1.0 + 2.5 * (depth < 0.25))
            darken(picture[window], np.asarray(soft, dtype=np.uint8), 1.0)

    def _draw_ripples(self, picture: Image, actors: list[_Actor], t: float) -> None:
        """Draw rings and froth around every poker that runs in the concrete."""
        circle = np.linspace(0, 2 * math.pi, 20, endpoint=False)
        for actor in actors:
            if actor.tip is None or actor.tip.insertion is None:
                continue
            for n in range(3):
                phase = (1.7 * t + n / 3) % 1.0
                radius = 0.05 + 0.13 * phase
                ring = np.column_stack(
                    [
                        actor.tip.x + radius * np.cos(circle),
                        actor.tip.y + radius * np.sin(circle),
                        np.zeros_like(circle),
                    ]
                )
                pixels, _ = self._camera.project(ring)
                inside = np.clip(
                    np.round(pixels[0]).astype(int), 0, np.array(picture.shape[1::-1]) - 1
                )
                tone = picture[inside[1], inside[0]].astype(float) + 26 * (1 - phase) * (-1) ** n
                points = np.round(pixels * 8).astype(np.int32)
                cv2.polylines(picture, [points], True, tone.tolist(), 1, cv2.LINE_AA, 3)

    def _objects(
        self, actor: _Actor, sprite: Sprite, ids: Image, moved: tuple[float, float]
    ) -> list[Labelled]:
        """Return the labels of one person, their gear and their poker."""
        person, first = actor.person, actor.first_id
        wanted = [
            ("worker", range(first, first + 3)),
            ("helmet" if person.has_helmet else "no_helmet", range(first + 1, first + 2)),
            ("vest" if person.has_vest else "no_vest", range(first + 2, first + 3)),
        ]
        found = []
        for label, its_ids in wanted:
            extent = seen_extent(ids, sprite, its_ids)
            if extent is not None:
                share = visible_share(ids, sprite, its_ids)
                found.append(labelled(label, person.track_id, extent, share, moved, self.size))
        if actor.held is not None and actor.poker is not None and actor.tip is not None:
            number = FIRST_POKER_ID + self.plan.pokers.index(actor.poker)
            is_in = actor.tip.insertion is not None
            box = rod_box(self._camera, actor.held.rod, actor.held.low if is_in else None)
            share = visible_share(ids, sprite, range(number, number + 1))
            label = "vibrator_in" if is_in else "vibrator_out"
            found.append(labelled(label, actor.poker.track_id, box, share, moved, self.size))
        return [one for one in found if one is not None]

    def _idle_objects(self, ids: Image, moved: tuple[float, float]) -> list[Labelled]:
        found = []
        for idle in self._stage.idle:
            box = rod_box(self._camera, idle.steel, None)
            share = visible_share(ids, idle.fixture.sprite, range(idle.id, idle.id + 1))
            if share >= MIN_VISIBLE_STEEL:
                track_id = idle.poker.track_id
                found.append(labelled("vibrator_out", track_id, box, share, moved, self.size))
        return [one for one in found if one is not None]
