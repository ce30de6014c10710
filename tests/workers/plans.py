"""A small lift whose map is known: 4 m by 3 m with an opening and a strip that nobody saw."""

import numpy as np

from workers.plan.model import Mark, Plan, ZoneOutline
from workers.vibration.coverage import Cell

CELL_M = 0.05
LOW = (2.0, 1.0)
WIDTH_M, HEIGHT_M = 4.0, 3.0
OPENING = ((4.0, 2.0), (4.5, 2.0), (4.5, 2.5), (4.0, 2.5))
RADIUS_M = 0.3


def corners(x1: float, y1: float, x2: float, y2: float) -> tuple[tuple[float, float], ...]:
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def make_plan(title: str = "地下室底板 A-3 区", lift: str = "1", **changes: object) -> Plan:
    """Nine insertions: short, over and six good ones; one more is outside of the map.

    Number 3 was put in by hand.
    """
    rows, columns = round(HEIGHT_M / CELL_M), round(WIDTH_M / CELL_M)
    x = LOW[0] + (np.arange(columns) + 0.5) * CELL_M
    y = LOW[1] + (np.arange(rows) + 0.5) * CELL_M
    marks, classes = [], np.full((rows, columns), Cell.MISSED, np.uint8)
    dose_s = np.zeros((rows, columns), np.float32)
    spots = [(2.3 + 0.42 * i, 1.3 + 0.42 * j) for j in range(5) for i in range(7)]
    for number, (spot_x, spot_y) in enumerate(spots, start=1):
        grade = {5: "short", 12: "over"}.get(number, "good")
        marks.append(Mark(number, spot_x, spot_y, grade, is_by_hand=number == 3))
        disc = (x[None] - spot_x) ** 2 + (y[:, None] - spot_y) ** 2 <= RADIUS_M**2
        if grade == "short":
            classes[disc & (classes == Cell.MISSED)] = Cell.SHORT
            continue
        dose_s[disc] += 45.0 if grade == "over" else 14.0
        classes[disc] = Cell.OVER if grade == "over" else Cell.GOOD
    classes[:, x > 5.6] = Cell.UNOBSERVABLE
    hole = (x[None] > 4.0) & (x[None] < 4.5) & (y[:, None] > 2.0) & (y[:, None] < 2.5)
    classes[hole] = Cell.OUTSIDE
    dose_s[hole] = 0.0
    values: dict[str, object] = {
        "title": title,
        "lift": lift,
        "origin_m": LOW,
        "cell_m": CELL_M,
        "classes": classes,
        "dose_s": dose_s,
        "dose_scale_s": 60.0,
        "marks": (*marks, Mark(99, 50.0, 50.0, "unclear", is_by_hand=False)),
        "pour": corners(2.0, 1.0, 6.0, 4.0),
        "openings": (OPENING,),
        "formwork": (((2.0, 1.0), (6.0, 1.0)),),
        "zones": (ZoneOutline("泵车臂架下", "danger", corners(4.6, 3.0, 5.5, 3.8)),),
        "radius_m": RADIUS_M,
        "is_radius_given": True,
        "calibration_id": "v3 · 5f0c2a91",
        "sigma_m": 0.06,
        "covered_pct": 71.25,
        "covered_tolerant_pct": 78.5,
        "is_final": True,
    }
    return Plan(**(values | changes))  # type: ignore[arg-type]
