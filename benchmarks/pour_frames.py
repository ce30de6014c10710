"""What a camera and an imperfect detector make of a made-up pour: frame results and a site."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.pour_world import Person, Segment, World

WIDTH, HEIGHT = 1920, 1080
_FOCAL = WIDTH / 2.0 / np.tan(np.radians(30.0))


@dataclass(frozen=True)
class Noise:
    """How bad the detector and the camera are.

    Attributes:
        jitter_px: of every edge of a box, anew in each frame.
        bias_px: of the entry point, one for each stay.
        miss: chance that an object is not found in a frame.
        flip: chance that a poker gets the other label.
        ghost: chance of a poker in a frame where there is none.
        hidden: chance that something hides the poker for a while during a stay.
        hidden_s: shortest and longest time for which it is hidden.
        shake_px: of the whole picture.
        clock: how much the time between frames varies, as a share.
        switch: chance that an object gets a new track id in a frame.
    """

    jitter_px: float = 0.0
    bias_px: float = 0.0
    miss: float = 0.0
    flip: float = 0.0
    ghost: float = 0.0
    hidden: float = 0.0
    hidden_s: tuple[float, float] = (0.4, 1.4)
    shake_px: float = 0.0
    clock: float = 0.0
    switch: float = 0.0


NOISE = {
    "none": Noise(),
    "middle": Noise(4.0, 3.5, 0.08, 0.02, 0.005, 0.15, (0.4, 1.4), 1.5, 0.1, 0.01),
    "high": Noise(7.0, 6.0, 0.15, 0.05, 0.02, 0.25, (0.5, 3.0), 3.0, 0.2, 0.05),
}


class Camera:
    """A pinhole camera 8 m above the ground that looks at the middle of the pour."""

    def __init__(self, world: World) -> None:
        width, height = world.size
        self.place = np.array([width / 2.0, -6.0, 8.0])
        ahead = np.array([width / 2.0, height / 2.0, 0.0]) - self.place
        ahead /= np.linalg.norm(ahead)
        right = np.array([1.0, 0.0, 0.0])
        self.axes = np.stack([right, np.cross(ahead, right), ahead])

    def project(self, points: np.ndarray) -> np.ndarray:
        """Map (N, 3) metres to (N, 2) pixels."""
        seen = (points - self.place) @ self.axes.T
        return seen[:, :2] / seen[:, 2:] * _FOCAL + [WIDTH / 2.0, HEIGHT / 2.0]


def make_site(world: World, seed: int, click_px: float = 0.7) -> dict[str, Any]:
    """Set up the site as a careful person would: eight points and three check points."""
    rng = np.random.default_rng([seed, 1])
    width, height = world.size
    ground = [
        (0.0, 0.0), (width, 0.0), (width, height), (0.0, height),
        (width / 2, 0.0), (width / 2, height), (0.0, height / 2), (width, height / 2),
        (width / 3, height / 3), (2 * width / 3, height / 2), (width / 4, 3 * height / 4),
    ]  # fmt: skip
    pixels = Camera(world).project(np.array([(x, y, 0.0) for x, y in ground]))
    pixels += rng.normal(0.0, click_px, pixels.shape)
    rows = [
        [float(u), float(v), x, y] for (u, v), (x, y) in zip(pixels, ground, strict=True)
    ]  # fmt: skip
    return {
        "calibration": {
            "image_size": [WIDTH, HEIGHT], "points": rows[:8], "check_points": rows[8:],
        },
        "pour": _corners((0.0, 0.0, width, height)),
        "openings": [] if world.opening is None else [_corners(world.opening)],
        "zones": [
            {"name": name, "kind": name, "polygon": _corners(box)}
            for name, box in world.zones.items()
        ],
        "radius_m": world.radius_m,
        "profile": "CN-GB",
        "rules": world.rules,
    }  # fmt: skip


def make_frames(world: World, seed: int, rate: float, noise: Noise) -> Iterator[dict[str, Any]]:
    """Yield frame results in the contract's shape."""
    rng = np.random.default_rng([seed, 2])
    camera = Camera(world)
    count = int(world.seconds * rate)
    times = np.arange(count) / rate
    times += np.append(0.0, rng.uniform(-0.5, 0.5, count - 1)) * noise.clock / rate
    shake = rng.normal(0.0, noise.shake_px, (count, 2))
    pokers = [_PokerView(rng, segments, camera, times, noise) for segments in world.pokers]
    people = [_PersonView(person, camera, times) for person in world.people]
    identities = 0
    track_of: dict[int, int] = {}
    for index, time in enumerate(times):
        found: list[tuple[str, np.ndarray]] = []
        for poker in pokers:
            found += poker.at(index)
        for person in people:
            found += person.at(index)
        found = [one for one in found if rng.random() >= noise.miss]
        if rng.random() < noise.ghost:
            u, v = rng.uniform([300, 300], [WIDTH - 300, HEIGHT - 100])
            found.append(("vibrator_in", np.array([u - 8, v - 60, u + 8, v])))
        order = rng.permutation(len(found))
        boxes = [
            found[i][1] + np.tile(shake[index], 2) + rng.normal(0.0, noise.jitter_px, 4)
            for i in order
        ]
        for slot in range(len(found)):
            if slot not in track_of or rng.random() < noise.switch:
                identities += 1
                track_of[slot] = identities
        yield {
            "frame": index,
            "pts_seconds": round(float(time), 6),
            "width": WIDTH,
            "height": HEIGHT,
            "boxes": [[round(float(edge), 2) for edge in box] for box in boxes],
            "scores": [round(float(rng.uniform(0.4, 0.95)), 4) for _ in boxes],
            "labels": [found[i][0] for i in order],
            "track_ids": [track_of[int(i)] for i in order],
            "pdq": None,
            "pdq_quality": 0,
        }


class _PokerView:
    """One poker as it is seen at each time."""

    def __init__(
        self, rng: np.random.Generator, segments: list[Segment], camera: Camera,
        times: np.ndarray, noise: Noise,
    ) -> None:  # fmt: skip
        starts = np.array([one.start_s for one in segments])
        self.number = np.searchsorted(starts, times, side="right") - 1
        self.is_seen = (self.number >= 0) & (times < segments[-1].end_s)
        number = np.clip(self.number, 0, None)
        ends = np.array([one.end_s for one in segments])
        share = np.clip((times - starts[number]) / (ends - starts)[number], 0.0, 1.0)[:, None]
        begin = np.array([one.start for one in segments])[number]
        goal = np.array([one.end for one in segments])[number]
        place = begin + share * (goal - begin)
        is_in = np.array([one.is_in for one in segments])[number]
        # Out of the concrete the tip is carried a hand above it.
        height = np.where(is_in, 0.0, 0.25)
        self.tip = camera.project(np.column_stack([place, height]))
        self.top = camera.project(np.column_stack([place, height + 0.8]))
        stays = np.cumsum(np.array([True] + [not one.is_in for one in segments[1:]]))
        bias = rng.normal(0.0, noise.bias_px, (stays[-1] + 1, 2))
        self.tip += bias[stays[number]]
        flipped = rng.random(len(times)) < noise.flip
        self.is_in = is_in ^ flipped
        for one in segments:
            if one.is_in and rng.random() < noise.hidden:
                begin_s = float(rng.uniform(one.start_s, one.end_s))
                end_s = begin_s + float(rng.uniform(*noise.hidden_s))
                self.is_seen &= ~((times > begin_s) & (times < end_s))

    def at(self, index: int) -> list[tuple[str, np.ndarray]]:
        if not self.is_seen[index]:
            return []
        (u, v), top = self.tip[index], self.top[index][1]
        label = "vibrator_in" if self.is_in[index] else "vibrator_out"
        return [(label, np.array([u - 9.0, top, u + 9.0, v]))]


class _PersonView:
    """One person as seen at each time, with head and body."""

    def __init__(self, person: Person, camera: Camera, times: np.ndarray) -> None:
        x = np.interp(times, person.times, person.xs)
        y = np.interp(times, person.times, person.ys)
        self.is_there = (times >= person.times[0]) & (times <= person.times[-1])
        self.feet = camera.project(np.column_stack([x, y, np.zeros(len(x))]))
        self.head = camera.project(np.column_stack([x, y, np.full(len(x), 1.75)]))
        self.without = [
            ("helmet", _within(times, person.no_helmet)),
            ("vest", _within(times, person.no_vest)),
        ]

    def at(self, index: int) -> list[tuple[str, np.ndarray]]:
        if not self.is_there[index]:
            return []
        (u, bottom), top = self.feet[index], self.head[index][1]
        height = bottom - top
        if not (0 < u < WIDTH and bottom < HEIGHT):
            return []
        shapes = {
            "helmet": np.array([u - 0.08 * height, top, u + 0.08 * height, top + 0.14 * height]),
            "vest": np.array(
                [u - 0.15 * height, top + 0.2 * height, u + 0.15 * height, top + 0.5 * height]
            ),
        }
        found = [("worker", np.array([u - 0.18 * height, top, u + 0.18 * height, bottom]))]
        for name, without in self.without:
            found.append((f"no_{name}" if without[index] else name, shapes[name]))
        return found


def _within(times: np.ndarray, span: tuple[float, float] | None) -> np.ndarray:
    if span is None:
        return np.zeros(len(times), bool)
    return (times >= span[0]) & (times <= span[1])


def _corners(box: tuple[float, float, float, float]) -> list[list[float]]:
    x1, y1, x2, y2 = box
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
