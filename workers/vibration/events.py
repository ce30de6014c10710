"""Conditions of people over time: confirmed, cleared and joined in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot, sqrt

CONFIRM_RATIO = 0.6
SWITCH_GAP_S = 5.0
SWITCH_OVERLAP_S = 3.0
SWITCH_REACH_M = 1.5
WALK_M_S = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place with the length of a metre there, in any coordinates."""

    x: float
    y: float
    unit: float

    def distance_m(self, other: "Place") -> float:
        """Return the distance in metres of the objects there."""
        return hypot(self.x - other.x, self.y - other.y) / sqrt(self.unit * other.unit)


@dataclass(frozen=True, slots=True)
class Event:
    """A condition that held for a while.

    Attributes:
        subject: what tells apart the objects or zones it can hold for.
        observations: frames in which it was seen to hold.
        frames: in which that could be judged, from the first of them to the last.
        is_cleared: it was seen to be over, and not only lost from sight.
        highest: the largest value of what was counted, where something was.
        camera: name of the camera that saw it; empty where there is only one.
    """

    subject: int
    start_s: float
    end_s: float
    observations: int
    start: Place
    end: Place
    highest: float = 0.0
    camera: str = ""
    frames: int = 0
    is_cleared: bool = False

    @property
    def is_steady(self) -> bool:
        """Whether it held in most of the frames of its time."""
        return self.observations >= CONFIRM_RATIO * self.frames


class Condition:
    """Watches one condition of one subject in the frames in which it can be judged.

    It begins when it held for `confirm_s` in at least `CONFIRM_RATIO` of those frames, back-dated
    to the first of them, and is over when it was not seen for `clear_s`.
    """

    def __init__(self, subject: int, confirm_s: float, clear_s: float) -> None:
        self._subject = subject
        self._confirm_s = confirm_s
        self._clear_s = clear_s
        self._is_open = self._is_confirmed = False
        self._start_s = self._end_s = self._highest = 0.0
        self._observations = self._frames = self._frames_to_end = 0
        self._start = self._end = Place(0.0, 0.0, 1.0)

    def update(
        self, time_s: float, is_true: bool, place: Place, value: float = 0.0
    ) -> Event | None:
        """Take one frame; return the event that is over by now, if any."""
        done = None
        if self._is_open and time_s - self._end_s > self._clear_s + 1e-6:
            done = self.finish()
        if not self._is_open:
            if not is_true:
                return done
            self._is_open, self._is_confirmed = True, False
            self._start_s, self._start, self._highest = time_s, place, value
            self._observations = self._frames = 0
        self._frames += 1
        if is_true:
            self._end_s, self._end = time_s, place
            self._observations += 1
            self._frames_to_end = self._frames
            self._highest = max(self._highest, value)
            is_long = time_s - self._start_s >= self._confirm_s - 1e-6
            if is_long and self._observations >= CONFIRM_RATIO * self._frames:
                self._is_confirmed = True
        return done

    def finish(self) -> Event | None:
        """End the watch; return the event that was open, if it had been confirmed."""
        if not self._is_open:
            return None
        self._is_open = False
        if not self._is_confirmed:
            return None
        return Event(
            self._subject, self._start_s, self._end_s, self._observations, self._start,
            self._end, self._highest, frames=self._frames_to_end,
            is_cleared=self._frames > self._frames_to_end,
        )  # fmt: skip


def join_events(
    events: Sequence[Event], *, same_subject_s: float, gap_max_s: float = SWITCH_GAP_S,
    joins_cleared: bool = True,
) -> list[Event]:  # fmt: skip
    """Join events that are one: of one subject, or so near that identities were switched.

    Args:
        same_subject_s: longest gap between events of one subject.
        gap_max_s: longest gap between events of two subjects; the second must have been within
            reach for a person who walks.
        joins_cleared: what was seen to be over may be joined with what comes after it.
    """
    joined: list[Event] = []
    recent: list[Event] = []
    longest_s = max(same_subject_s, gap_max_s)
    for event in sorted(events, key=lambda one: (one.start_s, one.end_s, one.start.x)):
        joined += [one for one in recent if event.start_s - one.end_s > longest_s]
        recent = [one for one in recent if event.start_s - one.end_s <= longest_s]
        for index in range(len(recent) - 1, -1, -1):
            earlier = recent[index]
            if earlier.is_cleared and not joins_cleared:
                continue
            if _is_continued(earlier, event, same_subject_s, gap_max_s):
                recent[index] = _joined(earlier, event)
                break
        else:
            recent.append(event)
    return sorted([*joined, *recent], key=lambda one: (one.start_s, one.end_s, one.start.x))


def _is_continued(earlier: Event, event: Event, same_subject_s: float, gap_max_s: float) -> bool:
    gap_s = event.start_s - earlier.end_s
    if event.subject == earlier.subject:
        return gap_s <= same_subject_s
    # Where two people pass, both tracks may show it for a moment.
    reach_m = SWITCH_REACH_M + WALK_M_S * abs(gap_s)
    return (
        -SWITCH_OVERLAP_S <= gap_s <= gap_max_s and earlier.end.distance_m(event.start) <= reach_m
    )


def _joined(earlier: Event, event: Event) -> Event:
    return replace(
        earlier,
        subject=event.subject,
        end_s=max(earlier.end_s, event.end_s),
        observations=earlier.observations + event.observations,
        frames=earlier.frames + event.frames,
        is_cleared=event.is_cleared,
        end=event.end if event.end_s >= earlier.end_s else earlier.end,
        highest=max(earlier.highest, event.highest),
    )
