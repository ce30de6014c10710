"""When and with how many vibrators the pour went on: V10, V11, V14."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf

import numpy as np
import scipy
from shapely import contains_xy

from workers.vibration.coverage import Cell, cover, ignored_hole_m2
from workers.vibration.insertions import Insertion
from workers.vibration.rules.area import NO_COVERAGE
from workers.vibration.rules.case import Case, Judgement, NotJudged

ACTIVE_WITHIN_S = 60.0
"""A poker counts as at work until so long after it was in the concrete."""


def layer_interval(case: Case) -> Judgement:
    """V10: the layer below may have set; to be reviewed from a share of its setting time on."""
    if not case.is_set("initial_set_min"):
        return NotJudged("the site has no initial setting time")
    if len(case.site.lifts) < 2:
        return NotJudged("the site has one lift only")
    limit = case.number("initial_set_min")
    findings = []
    placed = case.placed
    for lift in sorted({one.lift for one in placed}):
        below = [one for one in placed if one.lift == lift - 1]
        if not below:
            continue
        tree = scipy.spatial.cKDTree([one.place for one in below])
        for upper in (one for one in placed if one.lift == lift):
            near = [below[i] for i in tree.query_ball_point(upper.place, case.site.radius_m)]
            if not near:
                continue
            last = max(near, key=lambda one: one.end_s)
            value = (upper.start_s - last.end_s) / 60.0
            if value > case.number("warn_ratio") * limit:
                # While nobody looked, the layer below may have been vibrated once more.
                is_sure = value > limit and case.knows_all(last.end_s, upper.start_s)
                findings.append(
                    case.finding(
                        value, limit, "min", is_sure=is_sure, start_s=last.end_s,
                        end_s=upper.start_s, place=upper.place, insertions=[last, upper],
                    )
                )  # fmt: skip
    return findings


def late_after_placing(case: Case) -> Judgement:
    """V11: placed concrete that was not vibrated in time, as far as somebody looked."""
    if not case.site.placements:
        return NotJudged("nothing says when concrete was placed")
    if not case.coverages:
        return NotJudged(NO_COVERAGE)
    delay_s = case.number("delay_max_min") * 60.0
    limit = ignored_hole_m2(case.site.radius_m)
    findings = []
    for placement in case.site.placements:
        due_s = placement.placed_s + delay_s
        lift = case.site.lift_index_at(placement.placed_s)
        coverage = case.coverages.get(lift)
        if coverage is None or due_s > case.seen.end_s:
            continue
        in_time = [
            one
            for one in case.placed
            if one.lift == lift
            and min(one.end_s, due_s) - max(one.start_s, placement.placed_s) >= case.limits.min_s
        ]
        done = cover(coverage.grid, in_time, case.site.radius_m, case.limits)
        mesh_x, mesh_y = np.meshgrid(*coverage.grid.middles())
        is_late = contains_xy(placement.polygon, mesh_x, mesh_y) & np.isin(
            done.classes, (Cell.MISSED, Cell.SHORT)
        )
        area_m2 = float(np.count_nonzero(is_late)) * coverage.grid.cell_m**2
        if area_m2 >= limit:
            centre = placement.polygon.representative_point()
            findings.append(
                case.finding(
                    area_m2, limit, "m2", is_sure=case.knows_all(placement.placed_s, due_s),
                    start_s=placement.placed_s, end_s=due_s, place=(centre.x, centre.y),
                    rests_on_radius=True,
                    note=f"{delay_s / 60.0:g} min after placing",
                )
            )  # fmt: skip
    return findings


def too_few_vibrators(case: Case) -> Judgement:
    """V14: fewer pokers at work than planned, for longer than allowed, while work went on."""
    if not case.is_set("plan"):
        return NotJudged("the site has no planned number of vibrators")
    plan, limit = case.number("plan"), case.number("time_min")
    return [
        case.finding(
            (end_s - start_s) / 60.0, limit, "min", is_sure=True, start_s=start_s, end_s=end_s,
            note=f"{plan:g} planned",
        )
        for start_s, end_s in _spans_below(case.seen.insertions, plan, case.seen.end_s)
        if (end_s - start_s) / 60.0 > limit
    ]  # fmt: skip


def _spans_below(
    insertions: Sequence[Insertion], plan: float, last_s: float
) -> list[tuple[float, float]]:
    """Return the times up to `last_s` in which some but fewer than `plan` pokers were at work.

    So many are at work as were in the concrete at once within the last `ACTIVE_WITHIN_S`.
    """
    changes = sorted(change for one in insertions for change in ((one.start_s, 1), (one.end_s, -1)))
    busy: list[tuple[float, float, int]] = []
    count = 0
    for (time_s, step), (next_s, _) in pairwise(changes):
        count += step
        if count:
            busy.append((time_s, next_s + ACTIVE_WITHIN_S, count))
    edges = sorted(
        {min(time_s, last_s) for start_s, end_s, _ in busy for time_s in (start_s, end_s)}
    )
    spans: list[tuple[float, float]] = []
    working: list[tuple[float, float, int]] = []
    coming = iter([*busy, (inf, inf, 0)])
    after = next(coming)
    for start_s, end_s in pairwise(edges):
        while after[0] <= start_s:
            working.append(after)
            after = next(coming)
        working = [one for one in working if one[1] > start_s]
        active = max((number for *_, number in working), default=0)
        if not 0 < active < plan:
            continue
        if spans and spans[-1][1] == start_s:
            spans[-1] = (spans[-1][0], end_s)
        else:
            spans.append((start_s, end_s))
    return spans
