"""What was left out: V04, V09, V15."""

from collections.abc import Iterator
from math import floor, hypot

import numpy as np
import scipy
from numpy.typing import NDArray
from shapely import LineString

from workers.vibration.coverage import Cell, Coverage, ignored_hole_m2
from workers.vibration.insertions import Insertion
from workers.vibration.rules.case import Case, Finding, Judgement, NotJudged

NO_COVERAGE = "there is no coverage map"


def missed_area(case: Case) -> Judgement:
    """V04: a hole in the map with discs grown by one sigma.

    Growing keeps the noise of the places from making holes (domain page, section 4.3); where the
    noise nears the radius a hole proves nothing.
    """
    if not case.coverages:
        return NotJudged(NO_COVERAGE)
    limit = ignored_hole_m2(case.site.radius_m)
    if case.is_set("hole_area_min_m2"):
        limit = max(case.number("hole_area_min_m2"), 1e-9)
    sigma_max_m = case.number("sigma_max_ratio") * case.site.radius_m
    findings: list[Finding] = []
    for lift, coverage in sorted(case.coverages.items()):
        if coverage.sigma_m > sigma_max_m:
            return NotJudged(
                f"places are known to {coverage.sigma_m:.2f} m only, "
                f"{sigma_max_m:.2f} m would be enough"
            )
        start_s, end_s = _span(case, lift)
        for hole in coverage.holes:
            if hole.area_m2 >= limit:
                findings.append(
                    case.finding(
                        hole.area_m2, limit, "m2", start_s=start_s, end_s=end_s,
                        is_sure=case.knows_lift(lift), place=(hole.x_m, hole.y_m),
                        rests_on_radius=True,
                    )
                )  # fmt: skip
    return findings


def edge_strip(case: Case) -> Judgement:
    """V09: a length of formwork whose strip no insertion reaches.

    The strip counts as reached where its middle line is, in the map grown by one sigma.
    """
    if not case.coverages:
        return NotJudged(NO_COVERAGE)
    limit = case.number("length_max_m")
    findings = []
    for lift, coverage in sorted(case.coverages.items()):
        start_s, end_s = _span(case, lift)
        for line in case.site.formwork:
            for length, place in _unreached(case, lift, coverage, line):
                if length > limit:
                    findings.append(
                        case.finding(
                            length, limit, "m", start_s=start_s, end_s=end_s,
                            is_sure=case.knows_lift(lift), place=place, rests_on_radius=True,
                        )
                    )  # fmt: skip
    return findings


def coverage_low(case: Case) -> Judgement:
    """V15: too little of the lift was vibrated; to be reviewed if the noise may be to blame."""
    if not case.coverages:
        return NotJudged(NO_COVERAGE)
    limit = case.number("coverage_min_pct")
    findings = []
    for lift, coverage in sorted(case.coverages.items()):
        value, tolerant = coverage.covered_pct, coverage.covered_tolerant_pct
        if value is None or tolerant is None or value >= limit:
            continue
        start_s, end_s = _span(case, lift)
        findings.append(
            case.finding(
                value, limit, "%", start_s=start_s, end_s=end_s,
                is_sure=tolerant < limit and case.knows_lift(lift), rests_on_radius=True,
            )
        )  # fmt: skip
    return findings


def _span(case: Case, lift: int) -> tuple[float, float]:
    times = [time for one in case.placed if one.lift == lift for time in (one.start_s, one.end_s)]
    if not times:
        return case.lift_span(lift)
    # An insertion begins between two frames, of which the first may belong to the lift below.
    return max(min(times), case.lift_span(lift)[0]), max(times)


def _valid(case: Case, lift: int) -> list[Insertion]:
    return [one for one in case.placed if one.lift == lift and case.limits.is_valid(one)]


def _unreached(
    case: Case, lift: int, coverage: Coverage, line: LineString
) -> Iterator[tuple[float, tuple[float, float]]]:
    """Yield the length and the middle of each stretch of a line that was not reached."""
    step = coverage.grid.cell_m
    count = max(2, int(line.length / step) + 1)
    on_line = np.array([line.interpolate(step * index).coords[0] for index in range(count)])
    is_missed = _is_missed(case, lift, coverage, on_line)
    if line.is_closed and is_missed.any() and not is_missed.all():
        # Begin where the strip is reached, so that no stretch is cut by the ring's start.
        turn = int(np.argmin(is_missed))
        is_missed, on_line = np.roll(is_missed, -turn), np.roll(on_line, -turn, axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_missed, [False]]).astype(np.int8)))
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        x, y = on_line[(first + stop - 1) // 2]
        yield float(stop - first) * step, (float(x), float(y))


def _is_missed(
    case: Case, lift: int, coverage: Coverage, on_line: NDArray[np.float64]
) -> NDArray[np.bool_]:
    grid = coverage.grid
    depth_m = case.number("strip_ratio") * case.site.radius_m / 2.0
    valid = _valid(case, lift)
    tree = scipy.spatial.cKDTree([one.place for one in valid]) if valid else None
    is_missed = np.zeros(len(on_line), np.bool_)
    along = np.gradient(on_line, axis=0)
    for index, (point, way) in enumerate(zip(on_line, along, strict=True)):
        length = hypot(*way)
        if length == 0.0:
            continue
        across = np.array([-way[1], way[0]]) / length * depth_m
        for side in (point + across, point - across):
            row = floor((side[1] - grid.y_m) / grid.cell_m)
            column = floor((side[0] - grid.x_m) / grid.cell_m)
            rows, columns = grid.is_pour.shape
            if not (0 <= row < rows and 0 <= column < columns):
                continue
            if coverage.classes[row, column] not in (Cell.OUTSIDE, Cell.UNOBSERVABLE):
                reach_m = case.site.radius_m + coverage.sigma_m
                nearest = tree.query(side)[0] if tree is not None else np.inf
                is_missed[index] |= nearest > reach_m
    return is_missed
