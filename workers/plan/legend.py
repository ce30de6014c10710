"""The legend beside a plan: colours with their areas, and what the signs mean."""

import numpy as np

from workers.plan.colours import (
    DOSE_COLOURS,
    FAINT,
    GRADE_COLOURS,
    INK,
    UNSEEN_GROUND,
    UNSEEN_HATCH,
    ZONE_COLOURS,
    cell_colours,
)
from workers.plan.drawing import Area, Drawing, Label, Lines, box
from workers.plan.marks import mark_sign
from workers.plan.model import Layer, Plan
from workers.vibration.coverage import Cell

_ROW = 15.5
_SWATCH = (16.0, 9.0)


def add_legend(
    drawing: Drawing, plan: Plan, layer: Layer, words: dict[str, str], x: float, y: float
) -> float:
    """Draw the legend with its upper left corner at (x, y), and return where it ends."""
    column = _Column(drawing, x, y)
    if layer == "category":
        _cells(column, plan, words)
    else:
        _doses(column, plan, words)
    _marks(column, plan, words)
    _site(column, plan, words)
    return column.y


class _Column:
    """Writes row below row."""

    def __init__(self, drawing: Drawing, x: float, y: float) -> None:
        self.drawing, self.x, self.y = drawing, x, y

    def heading(self, text: str) -> None:
        self.y += 4.0
        self.drawing.add(Label(self.x, self.y + 8.0, text, 10.0, FAINT))
        self.y += _ROW

    def row(self, text: str) -> tuple[float, float]:
        """Write a row and return the upper left corner of its sign."""
        self.drawing.add(Label(self.x + 24.0, self.y + 8.0, text, 9.5))
        corner = self.x, self.y
        self.y += _ROW
        return corner


def _cells(column: _Column, plan: Plan, words: dict[str, str]) -> None:
    column.heading(words["areas"])
    colours = cell_colours(is_final=plan.is_final)
    whole = int(np.count_nonzero(plan.classes != Cell.OUTSIDE))
    for cell in (*colours, Cell.UNOBSERVABLE):
        count = int(np.count_nonzero(plan.classes == cell))
        share = 100.0 * count / whole if whole else 0.0
        is_open = cell is Cell.MISSED and not plan.is_final
        name = words["not_yet" if is_open else cell.name.lower()]
        corner = column.row(f"{name}  {count * plan.cell_m**2:.2f} m²  {share:.1f} %")
        if cell is Cell.UNOBSERVABLE:
            _unseen_swatch(column.drawing, *corner)
        else:
            column.drawing.add(Area([box(*corner, *_SWATCH)], colours[cell], INK, 0.3))


def _doses(column: _Column, plan: Plan, words: dict[str, str]) -> None:
    column.heading(words["dose"])
    step_s = plan.dose_scale_s / len(DOSE_COLOURS)
    for index, colour in enumerate(DOSE_COLOURS):
        is_last = index == len(DOSE_COLOURS) - 1
        low = f"{index * step_s:g}"
        corner = column.row(f"≥ {low}" if is_last else f"{low} – {(index + 1) * step_s:g}")
        column.drawing.add(Area([box(*corner, *_SWATCH)], colour, INK, 0.3))
    corner = column.row(words["not_vibrated"])
    column.drawing.add(Area([box(*corner, *_SWATCH)], "#FFFFFF", INK, 0.3))
    _unseen_swatch(column.drawing, *column.row(words["unobservable"]))


def _unseen_swatch(drawing: Drawing, x: float, y: float) -> None:
    width, height = _SWATCH
    strokes = [
        np.array([(x + start, y + height), (x + start + height * 0.77, y)])
        for start in (0.0, 4.5, 9.0)
    ]
    drawing.add(Area([box(x, y, width, height)], UNSEEN_GROUND, INK, 0.3))
    drawing.add(Lines(strokes, UNSEEN_HATCH, 0.6))


def _marks(column: _Column, plan: Plan, words: dict[str, str]) -> None:
    column.heading(f"{words['insertions']} ({len(plan.marks)})")
    for grade, colour in GRADE_COLOURS.items():
        count = sum(mark.grade == grade for mark in plan.marks)
        x, y = column.row(f"{words[grade]}  {count}")
        column.drawing.add(*mark_sign(x + 8.0, y + 4.5, colour, is_by_hand=False))
    if count := sum(mark.is_by_hand for mark in plan.marks):
        x, y = column.row(f"{words['by_hand']}  {count}")
        column.drawing.add(*mark_sign(x + 8.0, y + 4.5, "#FFFFFF", is_by_hand=True))


def _site(column: _Column, plan: Plan, words: dict[str, str]) -> None:
    drawing, (width, _) = column.drawing, _SWATCH
    column.y += 4.0
    x, y = column.row(words["pour"])
    drawing.add(Area([box(x, y, *_SWATCH)], None, INK, 0.8))
    if plan.openings:
        x, y = column.row(words["opening"])
        ring = box(x, y, *_SWATCH)
        drawing.add(Area([ring], "#FFFFFF", INK, 0.8), Lines([ring[[0, 2]], ring[[1, 3]]], INK))
    if plan.formwork:
        x, y = column.row(words["formwork"])
        drawing.add(Lines([np.array([(x, y + 4.5), (x + width, y + 4.5)])], INK, 1.8))
    for kind in sorted({zone.kind for zone in plan.zones}):
        x, y = column.row(words.get(kind, kind))
        line = np.array([(x, y + 4.5), (x + width, y + 4.5)])
        drawing.add(Lines([line], ZONE_COLOURS.get(kind, FAINT), 1.0, (5.0, 3.0)))
