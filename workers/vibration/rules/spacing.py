"""How the points lie to each other, to the formwork and to the pour: V03, V08, V12, V13."""

from math import hypot

import numpy as np
import scipy
from shapely import LineString, Point

from workers.vibration.insertions import Insertion
from workers.vibration.rules.area import NO_COVERAGE
from workers.vibration.rules.case import Case, Finding, Judgement, NotJudged
from workers.vibration.site import Site

OUTSIDE_M = 0.3


def spacing_exceeded(case: Case) -> Judgement:
    """V03: neighbours farther apart than k times the radius.

    Neighbours are those of the relative neighbourhood graph (Toussaint 1980): no third point is
    nearer to both. It is the part of the Delaunay graph without the diagonals of a square grid,
    which are longer than the spacing and break no rule.

    To be reviewed where a point may lie between them: within the noise, while somebody could not
    look or did not know where, and across ground that is not measured well enough.
    """
    pour = case.site.pour
    if pour is None:
        return NotJudged("the site has no pour")
    if not case.coverages:
        return NotJudged(NO_COVERAGE)
    limit = case.number("k") * case.site.radius_m
    findings: list[Finding] = []
    for lift, coverage in sorted(case.coverages.items()):
        inside = [
            one
            for one in case.placed
            if one.lift == lift and pour.distance(Point(one.place)) <= OUTSIDE_M
        ]
        for first, second in _neighbours(inside, 3.0 * case.site.radius_m):
            distance = hypot(first.place[0] - second.place[0], first.place[1] - second.place[1])
            line = LineString([first.place, second.place])
            if distance <= limit or not _is_within(line, case.site):
                continue
            sigma = hypot(first.sigma_m or 0.0, second.sigma_m or 0.0)
            is_sure = (
                distance > limit + 2.0 * sigma
                and case.knows_lift(lift)
                and coverage.grid.is_observable_between(first.place, second.place)
            )
            findings.append(
                case.finding(
                    distance, limit, "m", sigma=sigma, is_sure=is_sure,
                    start_s=min(first.start_s, second.start_s),
                    end_s=max(first.end_s, second.end_s),
                    place=(line.centroid.x, line.centroid.y), insertions=[first, second],
                    rests_on_radius=True,
                )
            )  # fmt: skip
    return findings


def _is_within(line: LineString, site: Site) -> bool:
    """Whether a line lies in the pour and crosses no opening."""
    return (
        site.pour is not None
        and site.pour.contains(line.centroid)
        and not any(line.intersects(opening) for opening in site.openings)
    )


def _neighbours(insertions: list[Insertion], reach_m: float) -> list[tuple[Insertion, Insertion]]:
    """Return the pairs of one lift that no third point is nearer to, on both sides."""
    if not insertions:
        return []
    pairs = []
    places = np.array([one.place for one in insertions])
    tree = scipy.spatial.cKDTree(places)
    for first, place in enumerate(places):
        # One point after the other: all pairs at once would not fit where visits pile up.
        near = np.array(sorted(tree.query_ball_point(place, reach_m)))
        to_first = np.hypot(*(places[near] - place).T)
        for second, distance in zip(near, to_first, strict=True):
            if second <= first:
                continue
            to_second = np.hypot(*(places[near] - places[second]).T)
            if not ((to_first < distance - 1e-9) & (to_second < distance - 1e-9)).any():
                pairs.append((insertions[first], insertions[int(second)]))
    return pairs


def close_to_formwork(case: Case) -> Judgement:
    """V08: nearer to the formwork than allowed; mostly finer than a camera can tell."""
    if not case.site.formwork:
        return NotJudged("the site has no formwork")
    limit = case.number("distance_min_m")
    findings = []
    for one in case.placed:
        distance = min(line.distance(Point(one.place)) for line in case.site.formwork)
        if distance < limit:
            is_sure = (one.sigma_m or 0.0) <= case.number("sigma_max_m")
            findings.append(
                case.insertion_finding(
                    one, distance, limit, "m", sigma=one.sigma_m, is_sure=is_sure
                )
            )
    return findings


def repeated(case: Case) -> list[Finding]:
    """V12: one point visited too often; the visits are not added up."""
    reach_m = case.number("radius_ratio") * case.site.radius_m
    limit = case.number("visits_max")
    findings: list[Finding] = []
    placed = case.placed
    if not placed:
        return findings
    near = scipy.spatial.cKDTree([one.place for one in placed]).query_ball_point(
        [one.place for one in placed], reach_m
    )
    counted: set[int] = set()
    for index, first in enumerate(placed):
        if index in counted:
            continue
        indices = [
            other
            for other in sorted(near[index])
            if other not in counted and placed[other].lift == first.lift
        ]
        counted.update(indices)
        visits = [placed[other] for other in indices]
        if len(visits) > limit:
            findings.append(
                case.finding(
                    float(len(visits)), limit, "visits", is_sure=True, place=first.place,
                    start_s=visits[0].start_s, end_s=max(one.end_s for one in visits),
                    insertions=visits,
                )
            )  # fmt: skip
    return findings


def outside_pour(case: Case) -> Judgement:
    """V13: a point outside the pour."""
    pour = case.site.pour
    if pour is None:
        return NotJudged("the site has no pour")
    limit = case.number("outside_max_m")
    findings = []
    for one in case.placed:
        distance = pour.distance(Point(one.place))
        if distance > limit:
            sigma = one.sigma_m or 0.0
            findings.append(
                case.insertion_finding(
                    one, distance, limit, "m", sigma=sigma,
                    is_sure=distance > limit + 2.0 * sigma,
                )
            )  # fmt: skip
    return findings
