"""A drawing as part of a PDF."""

from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable

from workers.plan.drawing import Area, Disc, Drawing, Label, Lines, Points
from workers.report.pdf_style import FONT

_EVEN_ODD = 0
_ROUND = 1
_ANCHOR_SHARE = {"start": 0.0, "middle": 0.5, "end": 1.0}


class PlanFlowable(Flowable):
    """A drawing, scaled to the width it is given and to at most a height."""

    def __init__(self, drawing: Drawing, width: float, height_max: float) -> None:
        super().__init__()
        self._drawing = drawing
        self._scale = min(width / drawing.width, height_max / drawing.height)
        self.width, self.height = drawing.width * self._scale, drawing.height * self._scale

    def draw(self) -> None:
        """Paint on the page."""
        canvas: Any = self.canv
        canvas.saveState()
        canvas.scale(self._scale, self._scale)
        canvas.setLineJoin(_ROUND)
        for item in self._drawing.items:
            if isinstance(item, Area):
                self._area(canvas, item)
            elif isinstance(item, Lines):
                self._lines(canvas, item)
            elif isinstance(item, Disc):
                _style(canvas, item.fill, item.stroke, item.width)
                canvas.circle(item.x, self._up(item.y), item.radius, stroke=1, fill=1)
            else:
                self._label(canvas, item)
        canvas.restoreState()

    def _up(self, y: float) -> float:
        return self._drawing.height - y

    def _path(self, canvas: Any, lines: list[Points], *, is_closed: bool) -> Any:
        path = canvas.beginPath()
        for line in lines:
            (start_x, start_y), *others = line.tolist()
            path.moveTo(start_x, self._up(start_y))
            for x, y in others:
                path.lineTo(x, self._up(y))
            if is_closed:
                path.close()
        return path

    def _area(self, canvas: Any, area: Area) -> None:
        _style(canvas, area.fill, area.stroke, area.width)
        canvas.drawPath(
            self._path(canvas, area.rings, is_closed=True),
            stroke=int(area.stroke is not None),
            fill=int(area.fill is not None),
            fillMode=_EVEN_ODD,
        )

    def _lines(self, canvas: Any, lines: Lines) -> None:
        _style(canvas, None, lines.stroke, lines.width)
        canvas.setDash(*(lines.dash or ()))
        canvas.drawPath(self._path(canvas, lines.lines, is_closed=False), stroke=1, fill=0)
        canvas.setDash()

    def _label(self, canvas: Any, label: Label) -> None:
        canvas.saveState()
        canvas.setFont(FONT, label.size)
        canvas.setFillColor(HexColor(label.fill))
        canvas.translate(label.x, self._up(label.y))
        canvas.rotate(label.turn_degrees)
        width = pdfmetrics.stringWidth(label.text, FONT, label.size)
        canvas.drawString(-_ANCHOR_SHARE[label.anchor] * width, 0, label.text)
        canvas.restoreState()


def _style(canvas: Any, fill: str | None, stroke: str | None, width: float) -> None:
    if fill is not None:
        canvas.setFillColor(HexColor(fill))
    if stroke is not None:
        canvas.setStrokeColor(HexColor(stroke))
    canvas.setLineWidth(width)
