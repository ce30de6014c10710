"""Plans a pour: the site, the work with its planted mistakes, and the crew."""

import math
from dataclasses import dataclass, replace

import numpy as np

from workers.simulate.camera import choose_camera
from workers.simulate.coverage import coverage_pct
from workers.simulate.crew import plan_crew
from workers.simulate.layout import (
    Grid,
    Visit,
    lay_out,
    miss_block,
    neighbour_pairs,
    plant_at,
    shorten,
)
from workers.simulate.options import Options
from workers.simulate.plan import DRAG_MIN_M, Bay, Plan, Rect
from workers.simulate.schedule import (
    LEAD_S,
    TAIL_S,
    Crewed,
    find_violations,
    insert_all,
    share_out,
    valid_points,
    work_s,
)

PLAN_STREAM = 1
# Shorter videos show the beginning of a pour of this length.
MIN_HORIZON_S = 40.0
_MEAN_VISIT_S = 16.0
# Mistakes take at most this share of the time.
_MISTAKES_SHARE = 0.35
# What a mistake costs, and from which length of video on it is worth it.
_COSTS_S = {
    "V01": 0.0,
    "V02": 24.0,
    "V03": 0.0,
    "V04": 0.0,
    "V05": 4.0,
    "V08": 15.0,
    "V12": 32.0,
    "V13": 17.0,
}
_FROM_S = {"V02": 55.0, "V08": 55.0, "V12": 150.0, "V13": 75.0}


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A bay with the pattern of its section and the visits that will be made."""

    bay: Bay
    grid: Grid
    visits: list[Visit]
    touches_formwork: bool


def plan_pour(options: Options) -> Plan:
    """Plan the pour of a seed; the same options always give the same plan."""
    rng = np.random.default_rng((options.seed, PLAN_STREAM))
    horizon_s = max(options.seconds, MIN_HORIZON_S)
    pokers = 1 if rng.random() < 0.3 else 2
    wanted = _choose_mistakes(rng, pokers, horizon_s)
    pattern = _plan_pattern(rng, pokers, horizon_s, wanted)
    bay, radius_m = pattern.bay, pattern.grid.radius_m
    runs = share_out(pattern.visits, pokers)
    work = insert_all(rng, runs, horizon_s, options.seconds)
    camera = choose_camera(rng, bay, options.width, options.height)
    insertions = tuple(item.insertion for item in work)
    crew = plan_crew(rng, bay, camera, insertions, len(runs), options)
    violations = find_violations(
        work,
        bay.section,
        bay.opening,
        radius_m,
        bay.rect.y0 if pattern.touches_formwork else None,
        options.seconds,
    )
    return Plan(
        seed=options.seed,
        bay=bay,
        camera=camera,
        radius_m=radius_m,
        insertions=insertions,
        people=crew.people,
        pokers=crew.pokers,
        violations=tuple(
            sorted([*violations, *crew.violations], key=lambda v: (v.start_s, v.rule))
        ),
        coverage_pct=_coverage(work, pattern),
    )


def _coverage(work: list[Crewed], pattern: _Pattern) -> float:
    bay = pattern.bay
    points = valid_points(work)
    return round(coverage_pct(bay.section, bay.opening, points, pattern.grid.radius_m), 2)


def _choose_mistakes(rng: np.random.Generator, pokers: int, horizon_s: float) -> list[str]:
    """Choose the rules to break; every fifth pour is faultless."""
    rules = [rule for rule in _COSTS_S if horizon_s >= _FROM_S.get(rule, 0.0)]
    if rng.random() < 0.2:
        return []
    count = 1 + int(rng.integers(0, 3)) + int(min(horizon_s // 150, 3))
    chosen: list[str] = []
    left_s = _MISTAKES_SHARE * pokers * horizon_s
    for rule in rng.permutation(rules)[:count]:
        if _COSTS_S[str(rule)] <= left_s:
            chosen.append(str(rule))
            left_s -= _COSTS_S[str(rule)]
    return chosen


def _plan_pattern(
    rng: np.random.Generator, pokers: int, horizon_s: float, wanted: list[str]
) -> _Pattern:
    """Find the largest section that the crew can do with all the mistakes planted in it."""
    rect = Rect(
        0.0, 0.0, round(float(rng.uniform(5.6, 7.6)), 2), round(float(rng.uniform(3.6, 4.8)), 2)
    )
    flow = 1 if rng.random() < 0.5 else -1
    time_s = pokers * (horizon_s - LEAD_S - TAIL_S) - sum(_COSTS_S[rule] for rule in wanted)
    capacity = max(int(time_s / _MEAN_VISIT_S), 1)
    radius_m = 0.40 if capacity < 14 else 0.30 if capacity < 100 else 0.20
    touches_formwork = "V08" in wanted or rng.random() < 0.5
    with_opening = capacity >= 15 and rng.random() < 0.4
    for columns, rows in _shapes(rect, radius_m, capacity):
        grid = Grid(
            columns,
            rows,
            radius_m,
            wide_after=int(rng.integers(0, columns - 1))
            if "V03" in wanted and columns > 1
            else None,
            opening_at=(columns // 2, rows // 2)
            if with_opening and min(columns, rows) > 2
            else None,
        )
        bay = _place_section(rng, rect, grid, flow, touches_formwork)
        visits = _plant(rng, wanted, grid, bay)
        if all(work_s(run) < horizon_s - LEAD_S - TAIL_S for run in share_out(visits, pokers)):
            return _Pattern(bay, grid, visits, touches_formwork)
    # One ordinary visit always fits.
    grid = Grid(1, 1, radius_m, None, None)
    bay = _place_section(rng, rect, grid, flow, touches_formwork)
    return _Pattern(bay, grid, lay_out(rng, grid, bay.section, flow), touches_formwork)


def _shapes(rect: Rect, radius_m: float, capacity: int) -> list[tuple[int, int]]:
    """Return (columns, rows) that fit the bay, the fullest and best proportioned first."""
    pitch = Grid(1, 1, radius_m, None, None).pitch_m
    max_columns = int((rect.x1 - 1.6) / pitch)
    max_rows = int((rect.y1 - 0.3) / pitch)

    def merit(shape: tuple[int, int]) -> float:
        columns, rows = shape
        return columns * rows / capacity - 0.35 * abs(math.log(columns / rows / 1.6))

    shapes = [
        (columns, rows)
        for columns in range(1, max_columns + 1)
        for rows in range(1, max_rows + 1)
        if columns * rows <= capacity
    ]
    return sorted(shapes, key=merit, reverse=True)


def _place_section(
    rng: np.random.Generator, rect: Rect, grid: Grid, flow: int, touches_formwork: bool
) -> Bay:
    """Lay the section between what is done already and what is not placed yet."""
    free_x = rect.x1 - grid.length_m
    x0 = round(float(np.clip(rng.uniform(0.3, 0.7) * free_x, 0.4, max(free_x - 0.4, 0.4))), 3)
    free_y = rect.y1 - grid.width_m
    y0 = 0.0 if touches_formwork else round(float(rng.uniform(0.15, 0.5)) * free_y, 3)
    section = Rect(x0, y0, round(x0 + grid.length_m, 3), round(y0 + grid.width_m, 3))
    ahead = float(rng.uniform(0.5, 0.9))
    done_x = section.x0 if flow > 0 else section.x1
    front_x = section.x1 + ahead if flow > 0 else section.x0 - ahead
    zone_x = rect.x1 + 0.5 if flow > 0 else rect.x0 - 2.1
    zone_y = float(rng.uniform(0.3, 0.6)) * rect.y1
    return Bay(
        rect=rect,
        section=section,
        opening=grid.opening(section, flow),
        done_x=done_x,
        front_x=round(front_x, 3),
        flow=flow,
        zone=Rect(zone_x, round(zone_y, 2), zone_x + 1.6, round(zone_y + 1.6, 2)),
    )


def _plant(rng: np.random.Generator, wanted: list[str], grid: Grid, bay: Bay) -> list[Visit]:
    """Lay out the section and break the wanted rules, each where it breaks no other."""
    section, opening, flow = bay.section, bay.opening, bay.flow
    visits = lay_out(rng, grid, section, flow)
    if "V04" in wanted:
        visits = miss_block(rng, visits, grid, section, opening)
    for _ in range(wanted.count("V01") * (1 + len(visits) // 25)):
        visits = shorten(rng, visits, grid.radius_m, section, opening)
    if "V02" in wanted and (free := _unplanted(visits)):
        at = int(rng.choice(free))
        visits = plant_at(visits, at, dwell_s=float(rng.uniform(33, 40)), plant="V02")
    if "V05" in wanted:
        visits = _drag_one(rng, visits)
    if "V12" in wanted and len(free := _unplanted(visits)) >= 6:
        visits = _revisit(visits, free[0], max(len(visits) // 4, 2))
    if "V08" in wanted and section.y0 == bay.rect.y0:
        visits = _touch_formwork(rng, visits, bay)
    if "V13" in wanted:
        x = (section.x0 if flow > 0 else section.x1) - flow * float(rng.uniform(0.5, 0.65))
        y = float(rng.uniform(section.y0 + 0.2, section.y1 - 0.2))
        visits = [Visit(round(x, 3), round(y, 3), -1, -1, float(rng.uniform(11.6, 14))), *visits]
    return visits


def _unplanted(visits: list[Visit]) -> list[int]:
    return [i for i, visit in enumerate(visits) if not visit.plant and visit.column >= 0]


def _drag_one(rng: np.random.Generator, visits: list[Visit]) -> list[Visit]:
    """Pull one poker on towards a neighbour's place instead of lifting it out."""
    pairs = [
        pair
        for pair in neighbour_pairs(visits)
        if not visits[pair[0]].plant and _reach(visits, *pair)
    ]
    if not pairs:
        return visits
    i, j = pairs[int(rng.integers(len(pairs)))]
    first, second = visits[i], visits[j]
    length = float(np.hypot(second.x - first.x, second.y - first.y))
    share = min(max(1.5 * DRAG_MIN_M, 0.85 * length), 0.7) / length
    to = (
        round(first.x + share * (second.x - first.x), 3),
        round(first.y + share * (second.y - first.y), 3),
    )
    dwell_s = float(rng.uniform(18.5, 20.5))
    return plant_at(visits, i, dwell_s=dwell_s, plant="V05", drag_to=to)


def _reach(visits: list[Visit], i: int, j: int) -> bool:
    first, second = visits[i], visits[j]
    return float(np.hypot(second.x - first.x, second.y - first.y)) >= 1.1 * DRAG_MIN_M


def _revisit(visits: list[Visit], at: int, gap: int) -> list[Visit]:
    """Come back twice to a place that was done already, `gap` visits later each time."""
    again = replace(visits[at], column=-1, row=-1, dwell_s=11.8, plant="V12")
    first = [*visits[: at + gap], again, *visits[at + gap :]]
    return [*first[: at + 2 * gap + 1], again, *first[at + 2 * gap + 1 :]]


def _touch_formwork(rng: np.random.Generator, visits: list[Visit], bay: Bay) -> list[Visit]:
    """Add a visit close to the formwork, right after the ordinary one beside it."""
    beside = [i for i, visit in enumerate(visits) if visit.row == 0]
    if not beside:
        return visits
    at = int(rng.choice(beside))
    close = Visit(
        visits[at].x,
        round(bay.rect.y0 + float(rng.uniform(0.02, 0.045)), 3),
        -1,
        -1,
        float(rng.uniform(11.6, 14.0)),
        plant="V08",
    )
    return [*visits[: at + 1], close, *visits[at + 1 :]]
