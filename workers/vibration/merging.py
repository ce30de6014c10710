"""What several cameras saw of one pour, on one clock: each thing once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import hypot, inf, sqrt
from typing import TypeVar

from workers.vibration.events import SWITCH_REACH_M, Event
from workers.vibration.insertions import Flag, Insertion
from workers.vibration.people import PeopleEvents
from workers.vibration.stays import SAME_PLACE_M

SAME_OVERLAP = 0.5
"""Two cameras saw one insertion if they share so much of the shorter of its times."""
SAME_SIGMAS = 3.0

Span = tuple[float, float]
Key = TypeVar("Key")


def on_pour_clock(insertion: Insertion, camera: str, offset_s: float) -> Insertion:
    """Return an insertion that one camera saw on the pour's clock, with its view kept."""
    views = tuple(replace(view, camera=camera) for view in insertion.views)
    return replace(
        insertion,
        start_s=insertion.start_s + offset_s,
        end_s=insertion.end_s + offset_s,
        views=views,
    )


def merge_insertions(cameras: Sequence[Sequence[Insertion]], reach_max_m: float) -> list[Insertion]:
    """Join what several cameras saw at once in the same place.

    Args:
        cameras: for each camera its insertions, on the pour's clock.
        reach_max_m: neighbours are farther apart than this, however uncertain places are.
    """
    merged: list[Insertion] = []
    for seen in cameras:
        pairs = sorted(
            (cost, index, other)
            for index, other in _at_once(seen, merged)
            if (cost := _cost(seen[index], merged[other], reach_max_m)) < inf
        )
        partners: dict[int, int] = {}
        taken: set[int] = set()
        for _, index, other in pairs:
            if index not in partners and other not in taken:
                partners[index] = other
                taken.add(other)
        for index, other in partners.items():
            merged[other] = _joined(merged[other], seen[index])
        merged += [one for index, one in enumerate(seen) if index not in partners]
    return merged


def _at_once(first: Sequence[Insertion], second: Sequence[Insertion]) -> Iterator[tuple[int, int]]:
    """Yield the indices of insertions of two lists that share some time."""
    starts = sorted(
        (one.start_s, side, index)
        for side, insertions in enumerate((first, second))
        for index, one in enumerate(insertions)
    )
    both = (first, second)
    going: tuple[list[int], list[int]] = ([], [])
    for start_s, side, index in starts:
        other = 1 - side
        going[other][:] = [one for one in going[other] if both[other][one].end_s > start_s]
        for partner in going[other]:
            yield (index, partner) if side == 0 else (partner, index)
        going[side].append(index)


def _cost(one: Insertion, other: Insertion, reach_max_m: float) -> float:
    """Return how far apart two are; infinite if they cannot be one."""
    if one.x_m is None or other.x_m is None or one.lift != other.lift:
        return inf
    if Flag.CAMERA_MOVED in one.flags or Flag.CAMERA_MOVED in other.flags:
        return inf
    shorter_s = min(one.end_s - one.start_s, other.end_s - other.start_s)
    shared_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    if shared_s < SAME_OVERLAP * shorter_s:
        return inf
    sigma_m = hypot(one.sigma_m or 0.0, other.sigma_m or 0.0)
    reach_m = min(max(SAME_PLACE_M, SAME_SIGMAS * sigma_m), reach_max_m)
    distance_m = hypot(one.place[0] - other.place[0], one.place[1] - other.place[1])
    return distance_m if distance_m <= reach_m else inf


def _joined(first: Insertion, second: Insertion) -> Insertion:
    """Take the times of whoever saw it better, and the place from both by their certainty."""
    best, other = sorted((first, second), key=_rank)
    weights = [1.0 / max(one.sigma_m or 0.0, 1e-6) ** 2 for one in (best, other)]
    total = sum(weights)
    x_m, y_m = (
        sum(weight * place for weight, place in zip(weights, places, strict=True)) / total
        for places in zip(best.place, other.place, strict=True)
    )
    return replace(
        best, x_m=x_m, y_m=y_m, sigma_m=sqrt(1.0 / total), views=(*best.views, *other.views)
    )


def _rank(insertion: Insertion) -> tuple[bool, float, float, str]:
    return (
        not insertion.is_judgeable,
        -insertion.observed_ratio,
        insertion.sigma_m or 0.0,
        insertion.views[0].camera,
    )


def merge_people(recordings: Sequence[tuple[str, float, PeopleEvents]]) -> PeopleEvents:
    """Join what cameras saw of people.

    Who lacks a helmet is only known in a picture, so gear is kept by camera; who is in a zone is
    known on the ground, where two cameras may see one person.

    Args:
        recordings: (camera, the pour's time at its first frame, its events).
    """
    gear: dict[str, list[Event]] = {"S01": [], "S02": []}
    presences: dict[int, list[Event]] = {}
    crowds: dict[int, list[Event]] = {}
    for camera, offset_s, people in recordings:
        _gather(gear, people.gear, camera, offset_s)
        _gather(presences, people.presences, camera, offset_s)
        _gather(crowds, people.crowds, camera, offset_s)
    return PeopleEvents(
        gear={rule: sorted(events, key=_order) for rule, events in gear.items()},
        presences={zone: _across(events, _is_one_person) for zone, events in presences.items()},
        crowds={zone: _across(events, _is_at_once) for zone, events in crowds.items()},
    )


def _gather(
    target: dict[Key, list[Event]], source: Mapping[Key, list[Event]], camera: str, offset_s: float
) -> None:
    """Add a camera's events to those of all, on the pour's clock."""
    for key, events in source.items():
        target.setdefault(key, []).extend(
            replace(
                event, start_s=event.start_s + offset_s, end_s=event.end_s + offset_s, camera=camera
            )
            for event in events
        )


def _order(event: Event) -> tuple[float, float, str]:
    return event.start_s, event.end_s, event.camera


def _across(events: list[Event], is_one: Callable[[Event, Event], bool]) -> list[Event]:
    """Join events of different cameras that are one."""
    joined: list[Event] = []
    open_events: list[Event] = []
    for event in sorted(events, key=_order):
        joined += [one for one in open_events if one.end_s < event.start_s]
        open_events = [one for one in open_events if one.end_s >= event.start_s]
        for index, one in enumerate(open_events):
            if one.camera != event.camera and is_one(one, event):
                better = max(one, event, key=lambda seen: seen.observations)
                open_events[index] = replace(
                    one,
                    end_s=max(one.end_s, event.end_s),
                    observations=better.observations,
                    frames=better.frames,
                    end=event.end if event.end_s > one.end_s else one.end,
                    highest=max(one.highest, event.highest),
                )
                break
        else:
            open_events.append(event)
    return sorted([*joined, *open_events], key=_order)


def _is_at_once(one: Event, other: Event) -> bool:
    return other.start_s <= one.end_s


def _is_one_person(one: Event, other: Event) -> bool:
    """Whether the person of the first was near where the second begins, at that time."""
    length_s = one.end_s - one.start_s
    share = (other.start_s - one.start_s) / length_s if length_s > 0.0 else 0.0
    x = one.start.x + share * (one.end.x - one.start.x)
    y = one.start.y + share * (one.end.y - one.start.y)
    return hypot(x - other.start.x, y - other.start.y) <= SWITCH_REACH_M


def unseen_spans(
    live: Mapping[str, Sequence[Span]], recorded: Sequence[Span],
    is_enough: Callable[[frozenset[str]], bool], shortest_s: float,
) -> list[Span]:  # fmt: skip
    """Return the times from the first to the last recording in which too little was seen.

    Args:
        live: by camera, when it sees.
        recorded: when there were recordings.
        is_enough: whether some cameras together see all that can be seen.
        shortest_s: shorter times are none.
    """
    spans_of_all = [*recorded, *(span for spans in live.values() for span in spans)]
    edges = sorted({edge for span in spans_of_all for edge in span})
    changes: dict[float, list[tuple[str, bool]]] = {}
    for camera, spans in live.items():
        for start_s, end_s in spans:
            changes.setdefault(start_s, []).append((camera, True))
            changes.setdefault(end_s, []).append((camera, False))
    now: set[str] = set()
    unseen: list[Span] = []
    for start_s, end_s in pairwise(edges):
        # Ends first: one span of a camera may begin where its last one ended.
        for camera, is_start in sorted(changes.get(start_s, ()), key=lambda change: change[1]):
            (now.add if is_start else now.discard)(camera)
        if is_enough(frozenset(now)):
            continue
        if unseen and unseen[-1][1] == start_s:
            unseen[-1] = (unseen[-1][0], end_s)
        else:
            unseen.append((start_s, end_s))
    return [span for span in unseen if span[1] - span[0] > shortest_s]
