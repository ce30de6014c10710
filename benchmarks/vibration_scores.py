"""Compares what the analysis says about a made-up pour with what is true about it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.pour_world import TrueEvent, TrueInsertion, Truth, World, true_gaps, truth_map

Json = dict[str, Any]

BY_EVENT = ("V01", "V02", "V05", "V12", "V13", "V14", "S01", "S02", "S03", "S04", "S05", "S06")
BY_MAP = ("V03", "V04", "V09", "V15")
SURE_GAP_M = 0.25
SURE_STRIP_M = 0.7


@dataclass
class Score:
    """Counts and errors of one pour.

    `found`, `planted`, `right` and `raised` are by rule: planted violations and those of them
    that were found, violations raised and those of them that are true.
    """

    is_compliant: bool
    hours: float
    matched: int = 0
    true_insertions: int = 0
    said_insertions: int = 0
    duration_errors: list[float] = field(default_factory=list)
    position_errors: list[float] = field(default_factory=list)
    position_sigmas: list[float] = field(default_factory=list)
    coverage_error: float = 0.0
    found: dict[str, int] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)
    right: dict[str, int] = field(default_factory=dict)
    raised: dict[str, int] = field(default_factory=dict)
    to_review: int = 0


def score(world: World, report: Json, *, is_compliant: bool) -> Score:
    """Score one pour."""
    result = Score(is_compliant, world.seconds / 3600.0)
    score_insertions(world.insertions, report["insertions"], result)
    truth = truth_map(world)
    result.coverage_error = abs(report["coverage"]["covered_pct"] - truth.covered_pct)
    violations = [one for one in report["findings"] if one["status"] == "violation"]
    result.to_review = len(report["findings"]) - len(violations)
    for rule in (*BY_EVENT, *BY_MAP):
        said = [one for one in violations if one["rule"] == rule]
        result.raised[rule] = len(said)
        if rule in BY_EVENT:
            _score_events([one for one in world.events if one.rule == rule], said, result, rule)
        else:
            _score_map(world, truth, said, result, rule)
    return result


def score_insertions(true: list[TrueInsertion], said: list[Json], result: Score) -> None:
    """Match one to one: overlap in time at least half of the union, at most 0.5 m apart."""
    result.true_insertions, result.said_insertions = len(true), len(said)
    costs = np.full((len(true), len(said)), 1e6)
    for row, one in enumerate(true):
        for column, other in enumerate(said):
            shared = min(one.end_s, other["end_s"]) - max(one.start_s, other["start_s"])
            if shared <= 0.0:
                continue
            union = max(one.end_s, other["end_s"]) - min(one.start_s, other["start_s"])
            distance = float(np.hypot(one.x - other["x_m"], one.y - other["y_m"]))
            if shared / union >= 0.5 and distance <= 0.5:
                costs[row, column] = distance
    for row, column in zip(*linear_sum_assignment(costs), strict=True):
        if costs[row, column] < 1e6:
            result.matched += 1
            result.position_errors.append(float(costs[row, column]))
            result.position_sigmas.append(said[column]["sigma_m"])
            result.duration_errors.append(said[column]["duration_s"] - true[row].duration_s)


def _score_events(true: list[TrueEvent], said: list[Json], result: Score, rule: str) -> None:
    fits = np.zeros((len(true), len(said)), bool)
    for row, one in enumerate(true):
        for column, other in enumerate(said):
            is_then = one.start_s < other["end_s"] and other["start_s"] < one.end_s
            is_there = one.x is None or other["x_m"] is None or (
                np.hypot(one.x - other["x_m"], (one.y or 0.0) - other["y_m"]) <= 1.0
            )  # fmt: skip
            fits[row, column] = is_then and is_there
    rows, columns = linear_sum_assignment(~fits)
    pairs = int(fits[rows, columns].sum())
    result.planted[rule], result.found[rule], result.right[rule] = len(true), pairs, pairs


def _score_map(world: World, truth: Truth, said: list[Json], result: Score, rule: str) -> None:
    if rule == "V15":
        is_low = truth.covered_pct < 95.0
        is_near = abs(truth.covered_pct - 95.0) < 3.0
        result.planted[rule] = int(is_low and not is_near)
        result.found[rule] = min(len(said), result.planted[rule])
        result.right[rule] = len(said) if is_low or is_near else 0
        return
    places = np.array([(one["x_m"], one["y_m"]) for one in said]).reshape(-1, 2)
    if rule == "V03":
        sure, possible = true_gaps(world, SURE_GAP_M), true_gaps(world, 0.0)
        reach = 0.35
    elif rule == "V04":
        sure, possible, reach = [], _open_cells(truth), 0.5
        result.found[rule] = sum(
            any(_is_near(place, hole, reach) for place in places) for hole in truth.sure_holes
        )
    else:
        sure, possible = _open_edges(world, 0.12, SURE_STRIP_M), _open_edges(world, 0.0, 0.4)
        reach = 0.6
    if rule == "V04":
        result.planted[rule] = len(truth.sure_holes)
    else:
        result.planted[rule] = len(sure)
        result.found[rule] = sum(_is_near(place, places, reach) for place in sure)
    spots = np.array(possible).reshape(-1, 2)
    result.right[rule] = sum(_is_near(place, spots, reach) for place in places)


def _is_near(place: Any, others: np.ndarray, reach: float) -> bool:
    return len(others) > 0 and bool(np.hypot(*(others - np.array(place)).T).min() <= reach)


def _open_cells(truth: Truth) -> list[tuple[float, float]]:
    rows, columns = np.nonzero(truth.is_pour & ~truth.is_covered)
    return [
        ((c + 0.5) * truth.cell_m, (r + 0.5) * truth.cell_m)
        for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def _open_edges(world: World, margin: float, length_min: float) -> list[tuple[float, float]]:
    """Return middles of stretches of the edge whose strip is not reached."""
    width, height = world.size
    inset = 0.25 * world.radius_m
    valid = np.array([(one.x, one.y) for one in world.insertions if one.duration_s >= 10.0])
    found = []
    sides = [
        ((0.0, inset), (1.0, 0.0), width), ((0.0, height - inset), (1.0, 0.0), width),
        ((inset, 0.0), (0.0, 1.0), height), ((width - inset, 0.0), (0.0, 1.0), height),
    ]  # fmt: skip
    for origin, way, length in sides:
        start = None
        for at in np.arange(0.0, length + 0.02, 0.02):
            place = np.array(origin) + np.array(way) * min(at, length)
            is_open = np.hypot(*(valid - place).T).min() > world.radius_m + margin
            if is_open and start is None:
                start = at
            if start is not None and (not is_open or at + 0.02 > length):
                if at - start > length_min:
                    middle = np.array(origin) + np.array(way) * (start + at) / 2.0
                    found.append((float(middle[0]), float(middle[1])))
                start = None
    return found
