"""Pours of which rules are judged, and what was said of them."""

from collections.abc import Collection
from typing import Any

from tests.vibration.scene import report, square, stays
from workers.vibration.report import VibrationReport
from workers.vibration.rules.case import Finding


def of(result: VibrationReport, rule: str) -> list[Finding]:
    return [one for one in result.findings if one.rule == rule]


def reason(result: VibrationReport, rule: str) -> str:
    (note,) = [n for n in result.notes if n.code == "rule_not_judged" and n.rule == rule]
    return note.message


def dwell(seconds: float, **changes: Any) -> VibrationReport:
    return report(stays([(5.0, 5.0 + seconds, 3.0, 3.0)], end_s=seconds + 10.0), **changes)


def grid_stays(
    columns: int,
    rows: int,
    spacing: float,
    *,
    skip: Collection[tuple[int, int]] = (),
    **changes: Any,
) -> VibrationReport:
    """Vibrate a grid from (2.15, 2.15) on in a pour that fits it."""
    seconds = 12.0
    cells = [(c, r) for c in range(columns) for r in range(rows) if (c, r) not in skip]
    plan = [
        (
            5.0 + index * (seconds + 3.0), 5.0 + index * (seconds + 3.0) + seconds,
            2.15 + c * spacing, 2.15 + r * spacing,
        )
        for index, (c, r) in enumerate(cells)
    ]  # fmt: skip
    pour = square(2.0, 2.0, 2.3 + (columns - 1) * spacing, 2.3 + (rows - 1) * spacing)
    return report(stays(plan, end_s=plan[-1][1] + 5.0), pour=pour, **changes)
