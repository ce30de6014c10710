"""Pours that never were: what happens in them, second by second, and what is true about it.

Nothing here is shared with the analysis but the contract's labels and units, so that a mistake
in one cannot hide in the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

DWELL_MIN_S = 10.0
SPACING_LIMIT = 1.4


@dataclass(frozen=True)
class Segment:
    """A poker between two times: at rest or on a straight way, in the concrete or out of it."""

    start_s: float
    end_s: float
    start: tuple[float, float]
    end: tuple[float, float]
    is_in: bool


@dataclass(frozen=True)
class TrueInsertion:
    """A poker that stood in the concrete, but for the time that it was held out in between."""

    start_s: float
    end_s: float
    x: float
    y: float
    held_out_s: float = 0.0

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s - self.held_out_s


@dataclass(frozen=True)
class TrueEvent:
    """A planted violation."""

    rule: str
    start_s: float
    end_s: float
    x: float | None = None
    y: float | None = None


@dataclass
class Person:
    """A worker: way points in metres over time, and the times without helmet or vest."""

    times: list[float]
    xs: list[float]
    ys: list[float]
    no_helmet: tuple[float, float] | None = None
    no_vest: tuple[float, float] | None = None
    phase: float = 0.0


@dataclass
class World:
    """Everything that happens in one pour."""

    radius_m: float
    size: tuple[float, float]
    opening: tuple[float, float, float, float] | None
    zones: dict[str, tuple[float, float, float, float]]
    pokers: list[list[Segment]]
    people: list[Person]
    insertions: list[TrueInsertion]
    events: list[TrueEvent]
    seconds: float
    rules: dict[str, dict[str, float]] = field(default_factory=dict)


class _Pokers:
    """Lays out the work of the pokers and remembers what was planted."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self.rng = rng
        self.segments: list[list[Segment]] = [[] for _ in range(count)]
        self.clocks = [2.0 + 3.0 * index for index in range(count)]
        self.places: list[tuple[float, float] | None] = [None] * count
        self.insertions: list[TrueInsertion] = []
        self.events: list[TrueEvent] = []

    def insert(self, poker: int, place: tuple[float, float], dwell_s: float) -> TrueInsertion:
        before = self.places[poker]
        clock = self.clocks[poker]
        if before is not None:
            arrive = clock + float(self.rng.uniform(2.0, 4.5))
            self._add(poker, clock, arrive, before, place, is_in=False)
            clock = arrive
        self._add(poker, clock, clock + dwell_s, place, place, is_in=True)
        inserted = TrueInsertion(clock, clock + dwell_s, *place)
        self.insertions.append(inserted)
        self.clocks[poker] = clock + dwell_s
        self.places[poker] = place
        return inserted

    def drag(self, poker: int, goal: tuple[float, float], speed: float) -> None:
        start, clock = self.places[poker], self.clocks[poker]
        assert start is not None
        length = float(np.hypot(goal[0] - start[0], goal[1] - start[1]))
        end = clock + length / speed
        self._add(poker, clock, end, start, goal, is_in=True)
        self.events.append(
            TrueEvent("V05", clock, end, (start[0] + goal[0]) / 2, (start[1] + goal[1]) / 2)
        )
        self.clocks[poker], self.places[poker] = end, goal

    def _add(
        self, poker: int, start_s: float, end_s: float, start: tuple[float, float],
        end: tuple[float, float], *, is_in: bool,
    ) -> None:  # fmt: skip
        self.segments[poker].append(Segment(start_s, end_s, start, end, is_in))


def make_world(seed: int, *, is_compliant: bool) -> World:
    """Make up a pour of a quarter to half an hour.

    A compliant one keeps every rule with room to spare; the other has each violation that a
    camera can see planted once or a few times, away from the limits.
    """
    rng = np.random.default_rng(seed)
    radius = float(rng.choice([0.30, 0.35, 0.40]))
    step = 1.2 * radius
    columns, rows = int(rng.integers(9, 12)), int(rng.integers(6, 8))
    size = (columns * step, rows * step)
    opening = None
    if rng.random() < 0.5:
        x, y = 2.0 * step, 2.0 * step
        opening = (x - 0.1, y - 0.1, x + 0.1, y + 0.1)
    count = int(rng.integers(1, 3))
    pokers = _Pokers(rng, count)
    cells = [(column, row) for column in range(columns) for row in range(rows)]
    plan = _Plan(rng, cells, columns, rows, is_compliant=is_compliant)
    for index, cell in enumerate(cell for cell in cells if cell not in plan.skipped):
        poker = index % count
        column_gap = plan.gap_m(radius) if cell[0] > plan.gap_after else 0.0
        place = (
            (cell[0] + 0.5) * step + column_gap + float(rng.normal(0, 0.01)),
            (cell[1] + 0.5) * step + float(rng.normal(0, 0.01)),
        )
        _work(pokers, poker, place, cell, plan)
    if plan.gap_after < columns:
        size = (size[0] + plan.gap_m(radius), size[1])
    if not is_compliant:
        _extras(pokers, size, step)
    seconds = max(pokers.clocks) + 5.0
    world = World(
        radius, size, opening, _zones(size), pokers.segments, [], pokers.insertions,
        pokers.events, seconds,
    )  # fmt: skip
    _populate(world, rng, is_compliant=is_compliant)
    return world


class _Plan:
    """Which cells get which violation."""

    def __init__(
        self, rng: np.random.Generator, cells: list[tuple[int, int]], columns: int, rows: int,
        *, is_compliant: bool,
    ) -> None:  # fmt: skip
        self.skipped: set[tuple[int, int]] = set()
        self.short: set[tuple[int, int]] = set()
        self.long: set[tuple[int, int]] = set()
        self.drags: set[tuple[int, int]] = set()
        self.gap_after = columns
        if is_compliant:
            return
        corner = (int(rng.integers(4, columns - 3)), int(rng.integers(1, rows - 3)))
        self.skipped = {(corner[0] + a, corner[1] + b) for a in (0, 1) for b in (0, 1)}
        self.skipped |= {(column, rows - 1) for column in range(1, 4)}
        free = [cell for cell in cells if cell not in self.skipped]
        picked = [free[int(i)] for i in rng.choice(len(free), 9, replace=False)]
        self.short, self.long, self.drags = set(picked[:4]), set(picked[4:7]), set(picked[7:])
        self.gap_after = int(rng.integers(columns - 3, columns - 1))

    @staticmethod
    def gap_m(radius: float) -> float:
        return 1.2 * radius

    def dwell_s(self, cell: tuple[int, int], rng: np.random.Generator) -> float:
        if cell in self.short:
            return float(rng.uniform(3.5, 7.5))
        if cell in self.long:
            return float(rng.uniform(33.5, 45.0))
        return float(rng.uniform(12.5, 24.0))


def _work(
    pokers: _Pokers, poker: int, place: tuple[float, float], cell: tuple[int, int], plan: _Plan
) -> None:
    inserted = pokers.insert(poker, place, plan.dwell_s(cell, pokers.rng))
    for rule, chosen in (("V01", plan.short), ("V02", plan.long)):
        if cell in chosen:
            pokers.events.append(TrueEvent(rule, inserted.start_s, inserted.end_s, *place))
    if cell in plan.drags:
        # Over what is done already, and not into the other poker's way.
        way = 1.0 if cell[0] < 3 else -1.0
        length = float(pokers.rng.uniform(0.8, 1.2))
        speed = float(pokers.rng.uniform(0.18, 0.32))
        pokers.drag(poker, (place[0] + way * length, place[1]), speed)


def _extras(pokers: _Pokers, size: tuple[float, float], step: float) -> None:
    """A point outside, and one visited again and again."""
    outside = (size[0] / 2.0, -0.9)
    inserted = pokers.insert(0, outside, 14.0)
    pokers.events.append(TrueEvent("V13", inserted.start_s, inserted.end_s, *outside))
    again = (0.5 * step, 0.5 * step)
    visits = []
    for _ in range(3):
        visits.append(pokers.insert(0, again, 13.0))
        pokers.insert(0, (1.5 * step, 0.5 * step + 0.05), 12.5)
    pokers.events.append(TrueEvent("V12", 2.0, visits[-1].end_s, *again))
    second = (1.5 * step, 0.5 * step)
    pokers.events.append(TrueEvent("V12", 2.0, visits[-1].end_s + 20.0, *second))


def _zones(size: tuple[float, float]) -> dict[str, tuple[float, float, float, float]]:
    width, height = size
    return {
        "danger": (-3.0, 0.0, -1.2, height),
        "post": (width + 0.6, 0.0, width + 1.6, 1.2),
    }


def _populate(world: World, rng: np.random.Generator, *, is_compliant: bool) -> None:
    width = world.size[0]
    world.rules = {
        "S05": {"people_max": 6, "time_s": 10},
        "S06": {"absent_max_min": 2},
        "V14": {"plan": len(world.pokers) + (0 if is_compliant else 1), "time_min": 3},
    }
    for segments in world.pokers:
        world.people.append(_operator(segments, rng))
    helpers = [_wanderer(world, rng) for _ in range(2)]
    world.people += helpers
    supervisor = Person([0.0, world.seconds], [width + 1.1] * 2, [0.6] * 2, phase=rng.random())
    world.people.append(supervisor)
    if is_compliant:
        return
    world.events.append(TrueEvent("V14", 2.0, world.seconds))
    starts = _apart(rng, world.seconds, 6)
    for rule, start in zip(("S01", "S02"), starts[:2], strict=True):
        span = (start, start + float(rng.uniform(8.0, 30.0)))
        if rule == "S01":
            helpers[0].no_helmet = span
        else:
            helpers[1].no_vest = span
        world.events.append(TrueEvent(rule, *span))
    _intrude(world, rng, starts[2])
    _crowd(world, rng, starts[3])
    _leave_post(world, supervisor)


def _apart(rng: np.random.Generator, seconds: float, count: int) -> list[float]:
    slots = np.linspace(60.0, seconds - 120.0, count)
    return [float(slot + rng.uniform(0.0, 10.0)) for slot in rng.permutation(slots)]


def _operator(segments: list[Segment], rng: np.random.Generator) -> Person:
    times, xs, ys = [0.0], [], []
    offset = float(rng.uniform(0.55, 0.8))
    for segment in segments:
        for time, place in ((segment.start_s, segment.start), (segment.end_s, segment.end)):
            if time > times[-1]:
                times.append(time)
                xs.append(place[0] + 0.25)
                ys.append(place[1] + offset)
    return Person(times, [xs[0], *xs], [ys[0], *ys], phase=float(rng.random()))


def _wanderer(world: World, rng: np.random.Generator) -> Person:
    times = np.arange(0.0, world.seconds + 20.0, 20.0)
    xs = rng.uniform(0.3, world.size[0], len(times))
    ys = rng.uniform(world.size[1] + 0.5, world.size[1] + 2.5, len(times))
    return Person(times.tolist(), xs.tolist(), ys.tolist(), phase=float(rng.random()))


def _intrude(world: World, rng: np.random.Generator, start: float) -> None:
    stay = float(rng.uniform(7.0, 12.0))
    middle = world.size[1] / 2.0
    walk = 1.2
    # From -0.6 m to -2.1 m; the zone begins at -1.2 m.
    person = Person(
        [start - 5.0, start, start + walk, start + walk + stay, start + 2 * walk + stay,
         start + 2 * walk + stay + 5.0],
        [-0.6, -0.6, -2.1, -2.1, -0.6, -0.6], [middle] * 6, phase=float(rng.random()),
    )  # fmt: skip
    world.people.append(person)
    inside = (start + walk * 0.4, start + walk * 1.6 + stay)
    world.events += [TrueEvent(rule, *inside, -2.1, middle) for rule in ("S03", "S04")]


def _crowd(world: World, rng: np.random.Generator, start: float) -> None:
    end = start + float(rng.uniform(16.0, 25.0))
    width, height = world.size
    for index in range(8):
        x = width * (0.15 + 0.1 * index)
        world.people.append(Person([start, end], [x] * 2, [height * 0.7] * 2))
    world.events.append(TrueEvent("S05", start, end))


def _leave_post(world: World, supervisor: Person) -> None:
    start = world.seconds * 0.4
    end = start + 200.0
    x = world.size[0] + 1.1
    supervisor.times = [0.0, start, start + 2.0, end - 2.0, end, world.seconds]
    supervisor.xs = [x, x, x, x, x, x]
    supervisor.ys = [0.6, 0.6, 3.5, 3.5, 0.6, 0.6]
    world.events.append(TrueEvent("S06", start, end))


@dataclass(frozen=True)
class Truth:
    """What the map should show.

    Attributes:
        cell_m: side of a cell.
        is_pour, is_covered: (H, W) bool.
        sure_holes: for each hole that must be found, the (N, 2) places of its cells. A hole must
            be found if enough of it outlasts discs larger by 0.12 m.
    """

    cell_m: float
    is_pour: np.ndarray
    is_covered: np.ndarray
    sure_holes: list[np.ndarray]

    @property
    def covered_pct(self) -> float:
        return 100.0 * float((self.is_covered & self.is_pour).sum() / self.is_pour.sum())


def truth_map(world: World, cell_m: float = 0.04) -> Truth:
    """Work out coverage from the true insertions."""
    xs = np.arange(cell_m / 2, world.size[0], cell_m)
    ys = np.arange(cell_m / 2, world.size[1], cell_m)
    x, y = np.meshgrid(xs, ys)
    is_pour = np.ones(x.shape, bool)
    if world.opening is not None:
        x1, y1, x2, y2 = world.opening
        is_pour &= ~((x > x1) & (x < x2) & (y > y1) & (y < y2))
    nearest = np.full(x.shape, np.inf)
    for one in world.insertions:
        if one.duration_s >= DWELL_MIN_S:
            nearest = np.minimum(nearest, np.hypot(x - one.x, y - one.y))
    limit = max(0.05, 0.25 * np.pi * world.radius_m**2)
    is_sure = is_pour & (nearest > world.radius_m + 0.12)
    holes = []
    # Grown by as much as the analysis grows them: what it shows as one hole is one here.
    for cells in _parts(is_pour & (nearest > world.radius_m + 0.04)):
        core = is_sure[cells[:, 0], cells[:, 1]].sum() * cell_m**2
        if core >= limit:
            holes.append(np.column_stack([xs[cells[:, 1]], ys[cells[:, 0]]]))
    return Truth(cell_m, is_pour, nearest <= world.radius_m, holes)


def _parts(mask: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the (N, 2) cells of each connected part."""
    waiting = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    while waiting:
        edge, part = [waiting.pop()], []
        while edge:
            row, column = edge.pop()
            part.append((row, column))
            for step in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                cell = (row + step[0], column + step[1])
                if cell in waiting:
                    waiting.discard(cell)
                    edge.append(cell)
        yield np.array(part)


def true_gaps(world: World, margin_m: float) -> list[tuple[float, float]]:
    """Return middles of neighbours farther apart than the limit by a margin.

    Neighbours have no third point nearer to both, and lie within three radii.
    """
    points = np.array([(one.x, one.y) for one in world.insertions])
    limit = SPACING_LIMIT * world.radius_m + margin_m
    middles = []
    for first in range(len(points)):
        for second in range(first):
            length = float(np.hypot(*(points[first] - points[second])))
            if not limit < length < 3.0 * world.radius_m:
                continue
            to_first = np.hypot(*(points - points[first]).T)
            to_second = np.hypot(*(points - points[second]).T)
            if not ((to_first < length - 1e-9) & (to_second < length - 1e-9)).any():
                x, y = (points[first] + points[second]) / 2.0
                if 0.0 < x < world.size[0] and 0.0 < y < world.size[1]:
                    middles.append((float(x), float(y)))
    return middles
