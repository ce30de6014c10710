"""When the visits happen, who makes them, and what of it breaks which rule."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.simulate.coverage import find_holes
from workers.simulate.layout import Visit, neighbour_pairs
from workers.simulate.plan import (
    DRAG_MIN_M,
    DRAG_MIN_S,
    DWELL_MAX_S,
    DWELL_MIN_S,
    FORMWORK_MIN_M,
    HOLE_MIN_M2,
    OUTSIDE_MAX_M,
    REVISITS_MAX,
    SPACING_RADII,
    Drag,
    Insertion,
    Point,
    Rect,
    Violation,
)

WALK_MPS = 0.7
HANDLING_S = 1.5
DRAG_MPS = 0.19
WITHDRAW_MPS = 0.08
LEAD_S = 1.0
TAIL_S = 1.2


@dataclass(frozen=True, slots=True)
class Crewed:
    """A visit with the insertion that it became."""

    visit: Visit
    insertion: Insertion


def travel_s(before: Visit | None, after: Visit) -> float:
    """Return the time from one exit to the next entry."""
    if before is None:
        return 0.0
    x, y = before.drag_to or (before.x, before.y)
    return HANDLING_S + math.hypot(after.x - x, after.y - y) / WALK_MPS


def work_s(visits: Sequence[Visit]) -> float:
    """Return how long one poker needs for its visits."""
    befores = [None, *visits[:-1]]
    return sum(
        travel_s(before, visit) + visit.dwell_s
        for before, visit in zip(befores, visits, strict=True)
    )


def share_out(visits: Sequence[Visit], pokers: int) -> list[list[Visit]]:
    """Cut the sequence into one run for each poker, so that the longest is as short as can be."""
    if pokers == 1 or len(visits) < 2:
        return [list(visits)]
    cuts = range(1, len(visits))
    best = min(cuts, key=lambda cut: max(work_s(visits[:cut]), work_s(visits[cut:])))
    return [list(visits[:best]), list(visits[best:])]


def insert_all(
    rng: np.random.Generator, runs: Sequence[Sequence[Visit]], horizon_s: float, seconds: float
) -> list[Crewed]:
    """Give every visit its times; poker k has track id k + 1 and operator `pokers` + k + 1.

    Raises:
        ValueError: if the work does not fit before `horizon_s`.
    """
    made: list[tuple[int, Visit, float]] = []
    for poker, run in enumerate(runs):
        spare = horizon_s - LEAD_S - TAIL_S - work_s(run)
        if spare < 0:
            raise ValueError("more work than time")
        now = LEAD_S + float(rng.uniform(0, min(spare, 3.0) / 2))
        before = None
        for visit in run:
            now += travel_s(before, visit)
            made.append((poker, visit, round(now, 2)))
            now += visit.dwell_s
            before = visit
    made.sort(key=lambda item: item[2])
    kept = [item for item in made if item[2] < seconds]
    return [
        Crewed(visit, _insertion(rng, number, poker, len(runs), visit, start_s, seconds))
        for number, (poker, visit, start_s) in enumerate(kept, start=1)
    ]


def _insertion(
    rng: np.random.Generator,
    number: int,
    poker: int,
    pokers: int,
    visit: Visit,
    start_s: float,
    seconds: float,
) -> Insertion:
    depth_m = round(float(rng.uniform(0.28, 0.40)), 3)
    end_s = round(start_s + visit.dwell_s, 2)
    rise_s = min(depth_m / WITHDRAW_MPS, 0.4 * visit.dwell_s)
    withdraw_s = round(end_s - rise_s, 2)
    drag = None if visit.drag_to is None else _drag(visit, visit.drag_to, withdraw_s, seconds)
    return Insertion(
        id=number,
        poker_id=poker + 1,
        operator_id=pokers + poker + 1,
        x_m=visit.x,
        y_m=visit.y,
        start_s=start_s,
        withdraw_s=withdraw_s,
        end_s=min(end_s, seconds),
        depth_m=depth_m,
        drag=drag,
        is_truncated=end_s > seconds,
    )


def _drag(visit: Visit, to: Point, withdraw_s: float, seconds: float) -> Drag | None:
    """Return the drag before a withdrawal, as far as the video shows it."""
    way_x, way_y = to[0] - visit.x, to[1] - visit.y
    length = math.hypot(way_x, way_y)
    end_s = round(withdraw_s - 0.3, 2)
    start_s = round(end_s - length / DRAG_MPS, 2)
    if start_s >= seconds:
        return None
    share = min((seconds - start_s) / (end_s - start_s), 1.0)
    return Drag(
        round(visit.x + share * way_x, 3),
        round(visit.y + share * way_y, 3),
        start_s,
        min(end_s, seconds),
    )


def find_violations(
    work: Sequence[Crewed],
    section: Rect,
    opening: Rect | None,
    radius_m: float,
    formwork_y: float | None,
    seconds: float,
) -> list[Violation]:
    """Return what the work breaks, with the numbers: each insertion alone, pairs, and areas.

    Missed areas are those of insertions that are long enough to count. The pairs across a missed
    area are not listed again as too far apart.
    """
    found: list[Violation] = []
    for item in work:
        found += _of_one(item, section, formwork_y)
    found += _of_pairs(work, radius_m)
    found += _of_places(work)
    valid = valid_points(work)
    if valid and not any(item.insertion.is_truncated for item in work):
        found += [
            Violation(
                "V04",
                0.0,
                seconds,
                round(hole.x_m, 3),
                round(hole.y_m, 3),
                round(hole.area_m2, 4),
                HOLE_MIN_M2,
                "m2",
            )
            for hole in find_holes(section, opening, valid, radius_m)
            if hole.area_m2 >= HOLE_MIN_M2
        ]
    return found


def valid_points(work: Sequence[Crewed]) -> list[tuple[float, float]]:
    """Return the places of the insertions that are long enough to count."""
    return [
        (item.insertion.x_m, item.insertion.y_m)
        for item in work
        if item.insertion.duration_s >= DWELL_MIN_S
    ]


def _of_one(item: Crewed, section: Rect, formwork_y: float | None) -> list[Violation]:
    insertion, found = item.insertion, []

    def broken(rule: str, value: float, limit: float, unit: str) -> None:
        found.append(
            Violation(
                rule,
                insertion.start_s,
                insertion.end_s,
                insertion.x_m,
                insertion.y_m,
                round(value, 3),
                limit,
                unit,
                (insertion.id,),
            )
        )

    if insertion.duration_s < DWELL_MIN_S and not insertion.is_truncated:
        broken("V01", insertion.duration_s, DWELL_MIN_S, "s")
    if insertion.duration_s > DWELL_MAX_S:
        broken("V02", insertion.duration_s, DWELL_MAX_S, "s")
    if drag := insertion.drag:
        length = math.hypot(drag.x_m - insertion.x_m, drag.y_m - insertion.y_m)
        if length > DRAG_MIN_M and drag.end_s - drag.start_s >= DRAG_MIN_S:
            broken("V05", length, DRAG_MIN_M, "m")
    if formwork_y is not None and abs(insertion.y_m - formwork_y) < FORMWORK_MIN_M:
        broken("V08", abs(insertion.y_m - formwork_y), FORMWORK_MIN_M, "m")
    outside = max(section.x0 - insertion.x_m, insertion.x_m - section.x1)
    if outside > OUTSIDE_MAX_M:
        broken("V13", outside, OUTSIDE_MAX_M, "m")
    return found


def _of_pairs(work: Sequence[Crewed], radius_m: float) -> list[Violation]:
    found = []
    for i, j in neighbour_pairs([item.visit for item in work]):
        first, second = sorted((work[i].insertion, work[j].insertion), key=lambda one: one.id)
        distance = math.hypot(first.x_m - second.x_m, first.y_m - second.y_m)
        if distance > SPACING_RADII * radius_m:
            found.append(
                Violation(
                    "V03",
                    first.start_s,
                    second.end_s,
                    round((first.x_m + second.x_m) / 2, 3),
                    round((first.y_m + second.y_m) / 2, 3),
                    round(distance, 3),
                    round(SPACING_RADII * radius_m, 3),
                    "m",
                    (first.id, second.id),
                )
            )
    return found


def _of_places(work: Sequence[Crewed]) -> list[Violation]:
    visits: dict[tuple[float, float], list[Insertion]] = {}
    for item in work:
        visits.setdefault((item.insertion.x_m, item.insertion.y_m), []).append(item.insertion)
    return [
        Violation(
            "V12",
            same[0].start_s,
            same[-1].end_s,
            place[0],
            place[1],
            float(len(same)),
            float(REVISITS_MAX),
            "count",
            tuple(insertion.id for insertion in same),
        )
        for place, same in visits.items()
        if len(same) > REVISITS_MAX
    ]
