"""What a plan says is broken is broken in its numbers, and nothing else is."""

import itertools
import math
from collections import deque

import numpy as np
import pytest

from workers.simulate import Options, plan_pour
from workers.simulate.camera import Camera
from workers.simulate.motion import Walk
from workers.simulate.plan import Person, Plan

# (seed, seconds): together they plant every rule.
CASES = [(seed, seconds) for seconds in (30.0, 60.0, 200.0) for seed in range(14)]


def plan(seed: int, seconds: float) -> Plan:
    return plan_pour(Options(seed, seconds=seconds))


def listed(pour: Plan, rule: str) -> set[int]:
    return {i for v in pour.violations if v.rule == rule for i in v.insertion_ids}


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert plan(5, 60) == plan(5, 60)
    assert plan(5, 60) != plan(6, 60)


def test_the_cases_plant_every_rule() -> None:
    planted = {v.rule for case in CASES for v in plan(*case).violations}
    assert planted == {f"V{n:02}" for n in (1, 2, 3, 4, 5, 8, 12, 13)} | {"S01", "S02", "S03"}


def test_some_pours_are_faultless() -> None:
    faultless = [
        p for p in (plan(*c) for c in CASES) if not any(v.rule[0] == "V" for v in p.violations)
    ]
    assert faultless
    assert all(p.coverage_pct > 99 for p in faultless)


@pytest.mark.parametrize(("seed", "seconds"), CASES)
def test_dwell_drag_formwork_and_outside_are_listed_where_the_numbers_break_them(
    seed: int, seconds: float
) -> None:
    pour = plan(seed, seconds)
    section = pour.bay.section
    short, long, dragged, close, outside = set(), set(), set(), set(), set()
    for one in pour.insertions:
        duration = one.end_s - one.start_s
        if duration < 10 and one.end_s < seconds:
            short.add(one.id)
        if duration > 30:
            long.add(one.id)
        if one.drag is not None:
            way = math.hypot(one.drag.x_m - one.x_m, one.drag.y_m - one.y_m)
            assert way / (one.drag.end_s - one.drag.start_s) > 0.10
            assert one.start_s < one.drag.start_s < one.drag.end_s <= one.end_s
            if way > 0.30 and one.drag.end_s - one.drag.start_s >= 2:
                dragged.add(one.id)
        if one.y_m < 0.07 and section.y0 == 0:
            close.add(one.id)
        if max(section.x0 - one.x_m, one.x_m - section.x1) > 0.3:
            outside.add(one.id)
    assert listed(pour, "V01") == short
    assert listed(pour, "V02") == long
    assert listed(pour, "V05") == dragged
    assert listed(pour, "V08") == close
    assert listed(pour, "V13") == outside


@pytest.mark.parametrize(("seed", "seconds"), CASES)
def test_pairs_too_far_apart_are_really_that_far_apart(seed: int, seconds: float) -> None:
    pour = plan(seed, seconds)
    by_id = {one.id: one for one in pour.insertions}
    for violation in pour.violations:
        if violation.rule == "V03":
            a, b = (by_id[i] for i in violation.insertion_ids)
            distance = math.hypot(a.x_m - b.x_m, a.y_m - b.y_m)
            assert distance == pytest.approx(violation.value, abs=0.001)
            assert distance > 1.6 * pour.radius_m


# Shorter videos end before the section is done.
@pytest.mark.parametrize(("seed", "seconds"), [case for case in CASES if case[1] >= 60])
def test_missed_areas_are_the_holes_between_the_discs(seed: int, seconds: float) -> None:
    pour = plan(seed, seconds)
    found = sorted(v.value for v in pour.violations if v.rule == "V04")
    assert found == pytest.approx([a for a in holes(pour) if a >= 0.07], rel=0.15, abs=0.01)


def holes(pour: Plan, cell: float = 0.025) -> list[float]:
    """Areas of what no disc of a long enough insertion covers, by flooding, smallest first."""
    section, opening = pour.bay.section, pour.bay.opening
    points = [(i.x_m, i.y_m) for i in pour.insertions if i.end_s - i.start_s >= 10]
    bare = set()
    for column in range(int((section.x1 - section.x0) / cell)):
        for row in range(int((section.y1 - section.y0) / cell)):
            x, y = section.x0 + (column + 0.5) * cell, section.y0 + (row + 0.5) * cell
            if opening is not None and opening.contains(x, y):
                continue
            if all(math.hypot(x - px, y - py) > pour.radius_m for px, py in points):
                bare.add((column, row))
    areas = []
    while bare:
        queue, size = deque([bare.pop()]), 0
        while queue:
            column, row = queue.popleft()
            size += 1
            for step in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                beside = (column + step[0], row + step[1])
                if beside in bare:
                    bare.remove(beside)
                    queue.append(beside)
        areas.append(size * cell**2)
    return sorted(areas)


@pytest.mark.parametrize(("seed", "seconds"), CASES[::3])
def test_a_poker_is_in_one_place_at_a_time_and_within_the_video(seed: int, seconds: float) -> None:
    pour = plan(seed, seconds)
    assert [one.id for one in pour.insertions] == list(range(1, len(pour.insertions) + 1))
    for poker in pour.pokers:
        own = [one for one in pour.insertions if one.poker_id == poker.track_id]
        assert all(one.operator_id == poker.operator_id for one in own)
        assert all(0 <= one.start_s < one.end_s <= seconds for one in own)
        # Time to lift the poker and to carry it over.
        assert all(b.start_s - a.end_s > 1.4 for a, b in itertools.pairwise(own))


@pytest.mark.parametrize(("seed", "seconds"), CASES[::3])
def test_people_in_view_without_gear_are_listed_and_nobody_else(seed: int, seconds: float) -> None:
    pour = plan(seed, seconds)
    camera = Camera(pour.camera, 960, 540)

    def is_in_view(person: Person) -> bool:
        walk, seen_s = Walk(person), 0.0
        for k in range(int(seconds * 4)):
            stance = walk.at(k / 4)
            head = np.array([[stance.x, stance.y, 0.95 * person.height_m]])
            (u, v), depth = camera.project(head)[0][0], camera.project(head)[1][0]
            seen_s += 0.25 * (depth > 0 and 0 < u < 960 and 0 < v < 540)
        return seen_s >= 2.5

    for rule, attribute in (("S01", "has_helmet"), ("S02", "has_vest")):
        without = {p.track_id for p in pour.people if not getattr(p, attribute)}
        listed_people = {v.track_id for v in pour.violations if v.rule == rule}
        assert listed_people <= without
        assert {p.track_id for p in pour.people if p.track_id in without and is_in_view(p)} == (
            listed_people
        )


def test_only_the_intruder_stays_in_the_danger_zone() -> None:
    seen = 0
    for case in CASES:
        pour = plan(*case)
        intruders = {v.track_id for v in pour.violations if v.rule == "S03"}
        seen += len(intruders)
        for person in pour.people:
            inside = [
                s
                for s in person.stations
                if pour.bay.zone.contains(s.x, s.y) and s.start_s < case[1]
            ]
            assert bool(inside) == (person.track_id in intruders)
            assert all(s.end_s - s.start_s >= 1.0 for s in inside)
    assert seen


def test_idle_pokers_lie_beside_the_bay_in_the_picture_on_every_side() -> None:
    sides = set()
    for seed in range(30):
        options = Options(seed, idle_pokers=3)
        pour = plan_pour(options)
        camera = Camera(pour.camera, options.width, options.height)
        rect = pour.bay.rect
        idle = [one for one in pour.pokers if one.rest is not None]
        assert 1 <= len(idle) <= 3
        for poker in idle:
            assert poker.operator_id is None
            assert poker.rest is not None
            (x, y), heading = poker.rest
            ends = [(x, y), (x + 0.75 * math.cos(heading), y + 0.75 * math.sin(heading))]
            pixels, _ = camera.project(np.array([(*end, 0.05) for end in ends]))
            assert np.all((pixels > 0) & (pixels < (options.width, options.height)))
            for end_x, end_y in (*ends, poker.drive):
                is_inside = rect.x0 < end_x < rect.x1 and rect.y0 < end_y < rect.y1
                assert not is_inside
            sides |= {
                name
                for name, is_there in (
                    ("left", x < rect.x0), ("right", x > rect.x1),
                    ("near", y < rect.y0), ("far", y > rect.y1),
                )
                if is_there
            }  # fmt: skip
        for one, other in itertools.combinations(idle, 2):
            assert math.dist(one.drive, other.drive) > 1
    assert sides == {"left", "right", "near", "far"}


def test_unless_asked_for_at_most_one_poker_lies_idle() -> None:
    counts = {sum(one.rest is not None for one in plan(seed, 30).pokers) for seed in range(20)}
    assert counts == {0, 1}
    assert not any(one.rest for one in plan_pour(Options(1, idle_pokers=0)).pokers)


def test_a_three_hour_plan_takes_no_longer_than_the_bay_is_large() -> None:
    pour = plan(2, 3 * 3600)
    assert len(pour.insertions) < 500
    assert pour.insertions[-1].end_s < 3 * 3600
