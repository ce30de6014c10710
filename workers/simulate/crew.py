"""Who is on the site: operators with their pokers, and all the others."""

import math
from dataclasses import dataclass, field

import numpy as np

from workers.simulate.camera import Camera
from workers.simulate.motion import Walk
from workers.simulate.options import Difficulty, Options
from workers.simulate.plan import (
    PPE_CONFIRM_S,
    ZONE_DWELL_S,
    Activity,
    Bay,
    CameraPose,
    Insertion,
    Person,
    Point,
    Poker,
    Station,
    Violation,
)

_STAND_OFF_M = (0.46, 0.58)
_WALK_MPS = 1.0
_VIEW_STEP_S = 0.5
_EXTRAS: dict[Difficulty, tuple[int, int]] = {"easy": (0, 2), "middle": (2, 4), "hard": (3, 6)}
_IDLE_POKERS: dict[Difficulty, float] = {"easy": 0.25, "middle": 0.5, "hard": 0.7}
# A poker on the ground with the beginning of its hose: its size, and where there is room for it.
_LAID_M, _LAID_HEIGHT_M = 0.75, 0.1
_BESIDE_M, _OFF_M, _APART_M = 1.6, 0.25, 1.2
_REST_TRIES = 60
# How far from facing the camera an operator may turn away; beyond 90 degrees the poker is hidden
# behind the back.
_TURN_RAD: dict[Difficulty, float] = {"easy": 1.2, "middle": 1.7, "hard": 2.4}


@dataclass(slots=True)
class Crew:
    """The people, their pokers, and the rules that people break."""

    people: tuple[Person, ...]
    pokers: tuple[Poker, ...]
    violations: list[Violation] = field(default_factory=list)


def plan_crew(
    rng: np.random.Generator,
    bay: Bay,
    camera: CameraPose,
    insertions: tuple[Insertion, ...],
    pokers: int,
    options: Options,
) -> Crew:
    """Give every poker an operator and fill the site with others."""
    used = [
        Poker(k + 1, pokers + k + 1, _drive_place(rng, bay, k), rest=None) for k in range(pokers)
    ]
    stations = [
        _operate(
            rng,
            bay,
            camera,
            [i for i in insertions if i.poker_id == k + 1],
            options,
            # Two operators stand on opposite sides, so as not to be in each other's way.
            sides=(-1, 1) if pokers == 1 else ((1, 1), (-1, -1))[(k == 0) != (bay.flow > 0)],
        )
        for k in range(pokers)
    ]
    extras = int(rng.integers(*_EXTRAS[options.difficulty], endpoint=True))
    trades = rng.permutation(["shovel", "place", "watch", "shovel", "stand", "walk"])[:extras]
    stations += [_work(rng, str(trade), bay, options.seconds) for trade in trades]
    intruder = None
    view = Camera(camera, options.width, options.height)
    if options.seconds >= 15 and rng.random() < 0.4 and _sees(view, *bay.zone.center, 1.8):
        intruder = len(stations)
        stations.append(_intrude(rng, bay, options.seconds))
    people = tuple(
        Person(
            track_id=pokers + k + 1,
            height_m=round(float(rng.uniform(1.62, 1.83)), 3),
            has_helmet=bool(rng.random() < 0.86),
            has_vest=bool(rng.random() < 0.82),
            stations=tuple(own),
        )
        for k, own in enumerate(stations)
    )
    violations = [
        one for person in people for one in _gear_violations(person, view, options.seconds)
    ]
    if intruder is not None:
        violations.append(_zone_violation(people[intruder]))
    used += _idle_pokers(rng, bay, view, options, first_id=pokers + len(people) + 1)
    return Crew(people, tuple(used), violations)


def _drive_place(rng: np.random.Generator, bay: Bay, index: int) -> Point:
    """Return where a drive stands: behind the work, on the far side."""
    x = bay.section.center[0] - bay.flow * float(rng.uniform(0.6, 2.2)) + 0.9 * index
    return round(x, 2), round(bay.rect.y1 + float(rng.uniform(0.25, 0.7)), 2)


def _operate(
    rng: np.random.Generator,
    bay: Bay,
    camera: CameraPose,
    insertions: list[Insertion],
    options: Options,
    sides: tuple[int, int],
) -> list[Station]:
    """Stand behind each insertion, turned away from the camera's line of sight to one side.

    `sides` are the sides to choose from, +1 towards smaller x. A drag has a station at each end.
    """
    away = math.atan2(bay.section.center[1] - camera.eye[1], bay.section.center[0] - camera.eye[0])
    turn = _TURN_RAD[options.difficulty]
    base = away + float(rng.choice(sides)) * float(rng.uniform(0.2, 1.0)) * turn
    if not insertions:
        x, y = bay.section.center
        return [Station(0.0, options.seconds, x + 0.7, y + 0.5, base + math.pi, "stand")]
    stations = []
    for insertion in insertions:
        angle = base + float(rng.uniform(-0.35, 0.35))
        reach = float(rng.uniform(*_STAND_OFF_M))
        dx, dy = reach * math.cos(angle), reach * math.sin(angle)
        x, y, start_s = insertion.x_m, insertion.y_m, insertion.start_s - 0.7
        if drag := insertion.drag:
            stations.append(
                Station(start_s, drag.start_s, x + dx, y + dy, angle + math.pi, "vibrate")
            )
            x, y, start_s = drag.x_m, drag.y_m, drag.end_s
        end_s = insertion.end_s + (0.0 if insertion.is_truncated else 0.5)
        stations.append(Station(start_s, end_s, x + dx, y + dy, angle + math.pi, "vibrate"))
    return stations


def _work(rng: np.random.Generator, trade: str, bay: Bay, seconds: float) -> list[Station]:
    if trade == "walk":
        return _pass_by(rng, bay, seconds)
    activity: Activity = "stand"
    area = (bay.rect.x0 - 0.5, bay.rect.x1 + 0.5, bay.rect.y1 + 0.4, bay.rect.y1 + 1.5)
    if trade in ("shovel", "place"):
        activity = "shovel" if trade == "shovel" else "place"
        near, far = sorted((bay.front_x - bay.flow * 0.35, bay.front_x + bay.flow * 0.7))
        area = (near, far, bay.rect.y0 + 0.4, bay.rect.y1 - 0.3)
    elif trade == "watch":
        activity = "watch"
    stations = []
    now = -float(rng.uniform(0, 8))
    x, y = _spot(rng, area)
    while now < seconds:
        until = now + float(rng.uniform(9, 25))
        aim = bay.section.center if activity != "place" else (bay.front_x, y + 0.01)
        heading = math.atan2(aim[1] - y, aim[0] - x) + float(rng.uniform(-0.7, 0.7))
        stations.append(Station(now, until, x, y, heading, activity))
        next_x, next_y = _spot(rng, area)
        # A step or two along, not a march from end to end.
        next_x, next_y = x + 0.4 * (next_x - x), y + 0.4 * (next_y - y)
        now = until + max(math.hypot(next_x - x, next_y - y) / 0.7, 0.3)
        x, y = next_x, next_y
    return stations


def _spot(rng: np.random.Generator, area: tuple[float, float, float, float]) -> Point:
    return float(rng.uniform(area[0], area[1])), float(rng.uniform(area[2], area[3]))


def _pass_by(rng: np.random.Generator, bay: Bay, seconds: float) -> list[Station]:
    """Walk along the far side of the bay, rest, and walk back."""
    y = bay.rect.y1 + float(rng.uniform(0.6, 2.2))
    ends = [bay.rect.x0 - 6.0, bay.rect.x1 + 6.0]
    if rng.random() < 0.5:
        ends.reverse()
    crossing_s = abs(ends[1] - ends[0]) / _WALK_MPS
    now = -float(rng.uniform(0.2, 0.6)) * crossing_s
    stations = []
    side = 0
    while now < seconds + crossing_s:
        rest_s = float(rng.uniform(2, 12))
        stations.append(Station(now, now + rest_s, ends[side], y, 0.0, "walk"))
        now += rest_s + crossing_s
        side = 1 - side
    return stations


def _intrude(rng: np.random.Generator, bay: Bay, seconds: float) -> list[Station]:
    """Walk into the danger zone, stay some seconds, and leave again."""
    x, y = bay.zone.center
    outside = (x + bay.flow * 0.4, bay.zone.y1 + 2.2)
    walk_s = math.hypot(outside[0] - x, outside[1] - y) / _WALK_MPS
    arrive = walk_s + float(rng.uniform(0.5, max(seconds - walk_s - 8.0, 1.0)))
    leave = arrive + float(rng.uniform(4.0, 6.0))
    heading = float(rng.uniform(-math.pi, math.pi))
    return [
        Station(-1.0, round(arrive - walk_s, 2), *outside, heading, "watch"),
        Station(round(arrive, 2), round(leave, 2), x, y, heading, "watch"),
        Station(round(leave + walk_s, 2), seconds + 60.0, *outside, heading, "watch"),
    ]


def _zone_violation(person: Person) -> Violation:
    stay = person.stations[1]
    return Violation(
        "S03",
        stay.start_s,
        stay.end_s,
        round(stay.x, 3),
        round(stay.y, 3),
        round(stay.end_s - stay.start_s, 2),
        ZONE_DWELL_S,
        "s",
        track_id=person.track_id,
    )


def _gear_violations(person: Person, view: Camera, seconds: float) -> list[Violation]:
    """Somebody without gear is without it for the whole video; it counts while in the picture."""
    walk = Walk(person)
    moments = np.arange(0, seconds, _VIEW_STEP_S)
    stances = [(float(t), walk.at(float(t))) for t in moments]
    seen = [(t, s) for t, s in stances if _sees(view, s.x, s.y, 0.95 * person.height_m)]
    seen_s = len(seen) * _VIEW_STEP_S
    if seen_s < PPE_CONFIRM_S:
        return []
    first = seen[0][1]
    missing = [("S01", person.has_helmet), ("S02", person.has_vest)]
    return [
        Violation(
            rule,
            seen[0][0],
            min(seen[-1][0] + _VIEW_STEP_S, seconds),
            round(first.x, 3),
            round(first.y, 3),
            seen_s,
            PPE_CONFIRM_S,
            "s",
            track_id=person.track_id,
        )
        for rule, has_it in missing
        if not has_it
    ]


def _sees(view: Camera, x: float, y: float, height_m: float) -> bool:
    """Tell whether the upper half of somebody at a place is in the picture."""
    body = np.array([(x, y, 0.5 * height_m), (x, y, height_m)])
    pixels, depth = view.project(body)
    size = np.array([view.width, view.height])
    return bool(np.all(depth > 1) and np.all(pixels > 0) and np.all(pixels < size))


def _idle_pokers(
    rng: np.random.Generator, bay: Bay, view: Camera, options: Options, first_id: int
) -> list[Poker]:
    """Lay pokers on the ground on any side of the bay, where they are in the picture."""
    count = options.idle_pokers
    if count is None:
        count = int(rng.random() < _IDLE_POKERS[options.difficulty])
    laid: list[Poker] = []
    for _ in range(_REST_TRIES * count):
        if len(laid) == count:
            break
        rect = bay.rect
        x = round(float(rng.uniform(rect.x0 - _BESIDE_M, rect.x1 + _BESIDE_M)), 2)
        y = round(float(rng.uniform(rect.y0 - _BESIDE_M, rect.y1 + _BESIDE_M)), 2)
        heading = float(rng.uniform(0, 2 * math.pi))
        end = _ahead((x, y), heading, _LAID_M)
        drive = _ahead(end, heading + float(rng.uniform(-0.8, 0.8)), float(rng.uniform(0.4, 0.8)))
        if (
            all(math.dist(drive, other.drive) > _APART_M for other in laid)
            and not any(rect.contains(*place, margin=-_OFF_M) for place in ((x, y), end, drive))
            and all(_sees(view, *place, _LAID_HEIGHT_M) for place in ((x, y), end))
        ):
            laid.append(Poker(first_id + len(laid), None, drive, ((x, y), heading)))
    return laid


def _ahead(place: Point, heading: float, distance_m: float) -> Point:
    return (
        round(place[0] + distance_m * math.cos(heading), 2),
        round(place[1] + distance_m * math.sin(heading), 2),
    )
