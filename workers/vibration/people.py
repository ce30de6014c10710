"""What people do: zones they are in, and helmets and vests they lack."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, inf

from shapely import contains_xy, prepare

from workers.track.spans import SpanLog, TrackSpan
from workers.track.tracker import PERSON, Tracker, assign
from workers.vibration.events import Condition, Event, Place, join_events
from workers.vibration.frames import FrameLike
from workers.vibration.ground import Ground
from workers.vibration.site import Site, ZoneKind

PERSON_TRACK = "worker"
HEIGHT_M = 1.7
_GEAR_PLACES = (("S01", 0.08, 0.14), ("S02", 0.35, 0.3))
"""By rule: middle of head or body from the top, and its length, in heights of the person."""
GEAR_REACH = 0.2
"""How far off they may be, in heights of the person."""
CLEAR_S = 2.0
PRESENCE_CLEAR_S = 1.0

Box = Sequence[float]

_GEAR = {
    "no_helmet": ("S01", True), "helmet": ("S01", False),
    "no_vest": ("S02", True), "vest": ("S02", False),
}  # fmt: skip
GEAR_LABELS = frozenset(_GEAR)


@dataclass(frozen=True, slots=True)
class PeopleEvents:
    """What was seen of people.

    Attributes:
        gear: by rule (S01, S02), times without.
        presences: by number of the zone in the site, times of somebody in it.
        crowds: by number of the zone, -1 for the pour, times of more people than allowed.
    """

    gear: dict[str, list[Event]]
    presences: dict[int, list[Event]]
    crowds: dict[int, list[Event]]


class PeopleWatch:
    """Takes frames in time order and gathers events of people."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._tracker = Tracker(PERSON)
        self._log = SpanLog(PERSON_TRACK)
        self._gear: dict[tuple[str, int], Condition] = {}
        self._presences: dict[tuple[int, int], Condition] = {}
        self._events = PeopleEvents({"S01": [], "S02": []}, {}, {})
        self._zones = [(index, zone.polygon) for index, zone in enumerate(site.zones)]
        self._crowd_zones = [
            (index, zone.polygon)
            for index, zone in enumerate(site.zones)
            if zone.kind is ZoneKind.CROWD
        ]
        if not self._crowd_zones and site.pour is not None:
            self._crowd_zones = [(-1, site.pour)]
        for _, polygon in self._zones + self._crowd_zones:
            prepare(polygon)
        people_max = site.rules["S05"].parameters["people_max"]
        self._people_max = None if people_max is None else float(people_max)
        self._crowds = {index: Condition(index, 0.0, CLEAR_S) for index, _ in self._crowd_zones}

    def update(
        self, frame: FrameLike, people: list[Box], gear: list[tuple[str, float, Box]],
        ground: Ground | None, shift: tuple[float, float],
    ) -> None:  # fmt: skip
        """Take one frame.

        Args:
            people: boxes of people in pixels.
            gear: (label, score, box) of helmets and vests and of heads and bodies without.
            ground: None where places cannot be measured.
        """
        people, worn = _dressed(people, gear)
        units = [max(box[3] - box[1], 1.0) / HEIGHT_M for box in people]
        points = [
            ((box[0] + box[2]) / 2.0, box[3], unit) for box, unit in zip(people, units, strict=True)
        ]
        time_s = frame.pts_seconds
        tracks, ended = self._tracker.update(time_s, points)
        self._log.end(ended)
        self._log.see(tracks, time_s)
        for track in ended:
            self._end(track)
        for index, (rule, is_without) in worn:
            self._watch_gear(rule, tracks[index], time_s, is_without, Place(*points[index]))
        if (
            ground is not None
            and ground.is_metric
            and (self._zones or self._people_max is not None)
        ):
            self._watch_places(frame, tracks, points, ground, shift)

    def finish_tracks(self) -> list[TrackSpan]:
        """Return when each person was in sight."""
        return self._log.finish()

    def finish(self) -> PeopleEvents:
        """End all watches and return what was found, identities joined by place and time."""
        for track in {key[1] for key in (*self._gear, *self._presences)}:
            self._end(track)
        for zone, condition in self._crowds.items():
            self._keep(self._events.crowds.setdefault(zone, []), condition.finish())
        gear = {
            rule: join_events(events, same_subject_s=self._site.rules[rule].number("cooldown_s"))
            for rule, events in self._events.gear.items()
        }
        presences = {
            zone: join_events(
                events, same_subject_s=CLEAR_S, gap_max_s=CLEAR_S, joins_cleared=False
            )
            for zone, events in sorted(self._events.presences.items())
        }
        return PeopleEvents(gear, presences, self._events.crowds)

    def _watch_gear(
        self, rule: str, track: int, time_s: float, is_without: bool, place: Place
    ) -> None:
        condition = self._gear.get((rule, track))
        if condition is None:
            if not is_without:
                return
            confirm_s = self._site.rules[rule].number("confirm_s")
            condition = self._gear[rule, track] = Condition(track, confirm_s, CLEAR_S)
        self._keep(self._events.gear[rule], condition.update(time_s, is_without, place))

    def _watch_places(
        self, frame: FrameLike, tracks: list[int], points: list[tuple[float, float, float]],
        ground: Ground, shift: tuple[float, float],
    ) -> None:  # fmt: skip
        counts = dict.fromkeys(self._crowds, 0)
        for track, (u, v, _) in zip(tracks, points, strict=True):
            spot = ground.project(u, v, frame.width, shift)
            if spot is None:
                continue
            place = Place(*spot, 1.0)
            for zone, polygon in self._zones:
                is_inside = bool(contains_xy(polygon, *spot))
                if is_inside or (zone, track) in self._presences:
                    self._watch_presence(zone, track, frame.pts_seconds, is_inside, place)
            for zone, polygon in self._crowd_zones:
                counts[zone] += bool(contains_xy(polygon, *spot))
        if self._people_max is not None:
            for zone, count in counts.items():
                event = self._crowds[zone].update(
                    frame.pts_seconds, count > self._people_max, Place(0.0, 0.0, 1.0), count
                )
                self._keep(self._events.crowds.setdefault(zone, []), event)

    def _watch_presence(
        self, zone: int, track: int, time_s: float, is_inside: bool, place: Place
    ) -> None:
        condition = self._presences.get((zone, track))
        if condition is None:
            condition = self._presences[zone, track] = Condition(track, 0.0, PRESENCE_CLEAR_S)
        events = self._events.presences.setdefault(zone, [])
        self._keep(events, condition.update(time_s, is_inside, place))

    def _end(self, track: int) -> None:
        for rule in ("S01", "S02"):
            condition = self._gear.pop((rule, track), None)
            if condition is not None:
                self._keep(self._events.gear[rule], condition.finish())
        for zone, _ in self._zones:
            condition = self._presences.pop((zone, track), None)
            if condition is not None:
                events = self._events.presences.setdefault(zone, [])
                self._keep(events, condition.finish())

    @staticmethod
    def _keep(events: list[Event], event: Event | None) -> None:
        if event is not None:
            events.append(event)


def _dressed(
    people: list[Box], gear: list[tuple[str, float, Box]]
) -> tuple[list[Box], list[tuple[int, tuple[str, bool]]]]:
    """Say which person each piece of gear belongs to: one helmet and one vest each.

    A head or body without, whose person was not found, stands for a person of its own.

    Returns:
        The people, and (number of the person, (rule, whether it is missing)).
    """
    people = list(people)
    worn: list[tuple[int, tuple[str, bool]]] = []
    for rule, middle, share in _GEAR_PLACES:
        boxes = [(box, _GEAR[label][1]) for label, _, box in gear if _GEAR[label][0] == rule]
        distances = [[_distance(box, person, middle) for person in people] for box, _ in boxes]
        owners = dict(assign(distances))
        for index, (box, is_without) in enumerate(boxes):
            owner = owners.get(index)
            if owner is None and is_without and all(d == inf for d in distances[index]):
                people.append(_whole(box, middle, share))
                owner = len(people) - 1
            if owner is not None:
                worn.append((owner, (rule, is_without)))
    return people, worn


def _distance(box: Box, person: Box, middle: float) -> float:
    """Return how far a piece of gear is from where the person has it, in the person's heights."""
    x1, y1, x2, y2 = person
    height = max(y2 - y1, 1.0)
    u, v = (box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0
    distance = hypot(u - (x1 + x2) / 2.0, v - y1 - middle * height) / height
    return distance if distance < GEAR_REACH else inf


def _whole(box: Box, middle: float, share: float) -> Box:
    x1, y1, x2, y2 = box
    height = (y2 - y1) / share
    top = (y1 + y2) / 2.0 - middle * height
    centre = (x1 + x2) / 2.0
    return (centre - height / 5.0, top, centre + height / 5.0, top + height)
