"""From a plan to its drawing: map, axes, legend, scale bar, caption."""

from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from workers.plan.colours import (
    DOSE_COLOURS,
    FAINT,
    GRADE_COLOURS,
    GRID,
    INK,
    UNSEEN_GROUND,
    UNSEEN_HATCH,
    ZONE_COLOURS,
    cell_colours,
)
from workers.plan.drawing import Area, Drawing, Label, Lines, Points, box, text_width
from workers.plan.legend import add_legend
from workers.plan.marks import mark_sign
from workers.plan.model import Language, Layer, Mark, Plan
from workers.plan.outline import hatching_of, rings_of
from workers.plan.words import WORDS
from workers.vibration.coverage import Cell

MAP_BOX = (520.0, 400.0)
LEGEND_WIDTH = 190.0
_LEFT, _TOP, _RIGHT, _BOTTOM = 40.0, 34.0, 12.0, 46.0
_CAPTION_ROW = 12.0
_HATCH_EVERY = 5.0
_NUMBER_SIZE = 8.5
_DARK_SHARE = 0.5


class _Frame:
    """Where metres lie on the drawing."""

    def __init__(self, plan: Plan) -> None:
        rows, columns = plan.classes.shape
        self._low = plan.origin_m
        self.width_m, self.height_m = columns * plan.cell_m, rows * plan.cell_m
        self.scale = min(MAP_BOX[0] / self.width_m, MAP_BOX[1] / self.height_m)
        self.width, self.height = self.width_m * self.scale, self.height_m * self.scale
        self._cell = plan.cell_m

    @property
    def bottom(self) -> float:
        return float(_TOP + self.height)

    def points(self, metres: NDArray[np.float64]) -> Points:
        """Map (N, 2) metres to points of the drawing."""
        shifted = (metres - self._low) * self.scale
        return np.column_stack([_LEFT + shifted[:, 0], self.bottom - shifted[:, 1]])

    def cells(self, corners: Points) -> Points:
        """Map (N, 2) corners of cells, as (column, row), to points of the drawing."""
        return self.points(corners * self._cell + self._low)


def compose(plan: Plan, layer: Layer, language: Language) -> Drawing:
    """Draw a plan.

    The map has the same metres to the point on both axes. The colours of the dose end at
    `dose_scale_s` on every plan, so that days can be compared.
    """
    words = WORDS[language]
    frame = _Frame(plan)
    heading = f"{words['plan' if layer == 'category' else 'dose_plan']} · {plan.title}"
    heading += f" · {words['lift']} {plan.lift}"
    width = _LEFT + max(frame.width, 300.0) + LEGEND_WIDTH + _RIGHT
    drawing = Drawing(width, frame.bottom + _BOTTOM, heading)
    drawing.add(Label(_LEFT, 20.0, _fitted(heading, drawing.width - _LEFT, 11.0), 11.0))
    _add_cells(drawing, frame, plan, layer)
    _cover_outside(drawing, frame, plan)
    _add_grid(drawing, frame, plan)
    _add_site(drawing, frame, plan)
    _add_marks(drawing, frame, plan, layer)
    _add_scale_bar(drawing, frame)
    # A small map still has room for its legend.
    end = add_legend(drawing, plan, layer, words, drawing.width - LEGEND_WIDTH, _TOP)
    drawing.height = max(drawing.height, end)
    _add_caption(drawing, plan, words)
    return drawing


def _add_grid(drawing: Drawing, frame: _Frame, plan: Plan) -> None:
    step = nice_step(max(frame.width_m, frame.height_m) / 8.0)
    (low_x, low_y), lines = plan.origin_m, []
    for axis, low, length in ((0, low_x, frame.width_m), (1, low_y, frame.height_m)):
        for index in range(ceil(low / step - 1e-6), floor((low + length) / step + 1e-6) + 1):
            value = index * step
            ends = np.array([[value, low_y], [value, low_y + frame.height_m]])
            if axis == 1:
                ends = np.array([[low_x, value], [low_x + frame.width_m, value]])
            line = frame.points(ends)
            lines.append(line)
            text = f"{value:g}"
            if axis == 0:
                drawing.add(Label(line[0, 0], frame.bottom + 12.0, text, 9.0, FAINT, "middle"))
            else:
                drawing.add(Label(_LEFT - 4.0, line[0, 1] + 3.0, text, 9.0, FAINT, "end"))
    drawing.add(Lines(lines, GRID, 0.4))
    middle_y = (_TOP + frame.bottom) / 2.0
    drawing.add(
        Label(_LEFT + frame.width / 2.0, frame.bottom + 23.0, "x (m)", 9.0, FAINT, "middle")
    )
    drawing.add(Label(12.0, middle_y, "y (m)", 9.0, FAINT, "middle", 90))


def _add_cells(drawing: Drawing, frame: _Frame, plan: Plan, layer: Layer) -> None:
    unseen = plan.classes == Cell.UNOBSERVABLE
    if layer == "category":
        colours = cell_colours(is_final=plan.is_final)
        shades = [(plan.classes == cell, colour) for cell, colour in colours.items()]
    else:
        step_s = plan.dose_scale_s / len(DOSE_COLOURS)
        is_seen = (plan.classes != Cell.OUTSIDE) & ~unseen & (plan.dose_s > 0.0)
        # Each band lies on the ones below it, so that no seams show between them.
        shades = [
            (is_seen & (plan.dose_s >= index * step_s), colour)
            for index, colour in enumerate(DOSE_COLOURS)
        ]
    for mask, colour in [*shades, (unseen, UNSEEN_GROUND)]:
        rings = [frame.cells(ring) for ring in rings_of(mask)]
        if rings:
            drawing.add(Area(rings, colour, colour, 0.3))
    step = max(1, round(_HATCH_EVERY / (frame.scale * plan.cell_m)))
    strokes = [frame.cells(stroke) for stroke in hatching_of(unseen, step)]
    if strokes:
        drawing.add(Lines(strokes, UNSEEN_HATCH, 0.6))


def _cover_outside(drawing: Drawing, frame: _Frame, plan: Plan) -> None:
    """Cells whose middle lies in the pour belong to it; their other half must not stick out."""
    if plan.pour:
        sheet = box(_LEFT - 1.0, _TOP - 1.0, frame.width + 2.0, frame.height + 2.0)
        drawing.add(Area([sheet, frame.points(np.array(plan.pour))], "#FFFFFF"))


def _add_site(drawing: Drawing, frame: _Frame, plan: Plan) -> None:
    for zone in plan.zones:
        colour = ZONE_COLOURS.get(zone.kind, FAINT)
        ring = frame.points(np.array(zone.outline))
        drawing.add(Lines([np.vstack([ring, ring[:1]])], colour, 1.0, (5.0, 3.0)))
        x, y = ring.mean(axis=0).tolist()
        drawing.add(Label(x, y, zone.name, 8.5, INK, "middle"))
    for opening in plan.openings:
        ring = frame.points(np.array(opening))
        drawing.add(Area([ring], "#FFFFFF", INK, 0.8))
        cross = [ring[[0, 2]], ring[[1, 3]]] if len(ring) == 4 else []
        drawing.add(Lines(cross, INK, 0.5))
    drawing.add(Lines([frame.points(np.array(one)) for one in plan.formwork], INK, 1.8))
    if plan.pour:
        drawing.add(Area([frame.points(np.array(plan.pour))], None, INK, 0.8))


def _add_marks(drawing: Drawing, frame: _Frame, plan: Plan, layer: Layer) -> None:
    taken: set[tuple[int, int]] = set()
    for mark in plan.marks:
        x, y = frame.points(np.array([(mark.x_m, mark.y_m)]))[0].tolist()
        if not (0.0 <= x - _LEFT <= frame.width and _TOP <= y <= frame.bottom):
            continue
        colour = GRADE_COLOURS.get(mark.grade, FAINT)
        drawing.add(*mark_sign(x, y, colour, is_by_hand=mark.is_by_hand))
        text = str(mark.number)
        width = text_width(text, _NUMBER_SIZE)
        for at_x, at_y in (
            (x + 5.2, y - 1.8),
            (x - 5.2 - width, y - 1.8),
            (x - width / 2, y + 12.8),
        ):
            # A number that finds no free place is left out; the list has them all.
            cover = {
                (column, row)
                for column in range(int(at_x // 3), int((at_x + width) // 3) + 1)
                for row in range(int((at_y - 6.5) // 3), int(at_y // 3) + 1)
            }
            if not cover & taken:
                taken |= cover
                is_dark = layer == "dose" and _dose_at(plan, mark) > _DARK_SHARE * plan.dose_scale_s
                fill = "#FFFFFF" if is_dark else INK
                drawing.add(Label(at_x, at_y, text, _NUMBER_SIZE, fill))
                break


def _dose_at(plan: Plan, mark: Mark) -> float:
    column = int((mark.x_m - plan.origin_m[0]) / plan.cell_m)
    row = int((mark.y_m - plan.origin_m[1]) / plan.cell_m)
    rows, columns = plan.dose_s.shape
    return float(plan.dose_s[min(row, rows - 1), min(column, columns - 1)])


def _add_scale_bar(drawing: Drawing, frame: _Frame) -> None:
    length_m = nice_step(frame.width_m / 4.0)
    x, y, half = _LEFT, frame.bottom + 32.0, length_m * frame.scale / 2.0
    drawing.add(Area([box(x, y, half, 4.0)], INK), Area([box(x, y, 2 * half, 4.0)], None, INK))
    drawing.add(Label(x + 2 * half + 5.0, y + 6.0, f"{length_m:g} m", 9.0))


def _add_caption(drawing: Drawing, plan: Plan, words: dict[str, str]) -> None:
    """Write below everything what the plan rests on."""
    radius = words["radius" if plan.is_radius_given else "radius_default"]
    shares = [
        words["unknown"] if share is None else f"{share:.1f} %"
        for share in (plan.covered_pct, plan.covered_tolerant_pct)
    ]
    facts = " · ".join(
        [
            radius.format(plan.radius_m),
            words["calibration"].format(plan.calibration_id),
            words["sigma"].format(plan.sigma_m),
            words["covered"].format(*shares),
            words["cell"].format(plan.cell_m),
        ]
    )
    room = drawing.width - _LEFT - _RIGHT
    size = min(9.0, 9.0 * room / max(text_width(facts, 9.0), 1.0))
    notes = [words["unobserved_note"], *([] if plan.is_final else [words["open_note"]])]
    drawing.add(Label(_LEFT, drawing.height + 5.0, facts, size))
    for row, note in enumerate(notes, start=1):
        drawing.add(Label(_LEFT, drawing.height + 5.0 + row * _CAPTION_ROW, note, 8.5, FAINT))
    drawing.height += (1 + len(notes)) * _CAPTION_ROW


def nice_step(wish: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is not below a wish."""
    power = float(10.0 ** floor(log10(max(wish, 1e-6))))
    return next(
        factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= wish - 1e-12
    )


def _fitted(text: str, room: float, size: float) -> str:
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"
