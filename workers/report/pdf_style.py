"""How the PDF looks: one font, paragraphs, tables."""

import io
from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, Table

from workers.fonts import font_bytes

FONT = "CVDSans"
INK, FAINT, RULE, SHADE = (
    HexColor(colour) for colour in ("#1F2328", "#57606A", "#AFB8C1", "#EEF2F6")
)
ALARM = HexColor("#B42318")

_BASE: dict[str, Any] = {"fontName": FONT, "textColor": INK, "wordWrap": "CJK"}
TITLE = ParagraphStyle("title", fontSize=16, leading=21, spaceAfter=4, **_BASE)
HEADING = ParagraphStyle(
    "heading", fontSize=11.5, leading=15, spaceBefore=10, spaceAfter=4, **_BASE
)
BODY = ParagraphStyle("body", fontSize=8.5, leading=12, **_BASE)
SMALL = ParagraphStyle("small", fontSize=7.2, leading=9.6, **_BASE)
QUIET = ParagraphStyle("quiet", parent=SMALL, textColor=FAINT)
WARNING = ParagraphStyle("warning", parent=BODY, textColor=ALARM, spaceBefore=2, spaceAfter=4)
FIGURE = ParagraphStyle("figure", parent=BODY, fontSize=13, leading=17, alignment=1)
FIGURE_NAME = ParagraphStyle("figure name", parent=QUIET, alignment=1)

_PADDING = 2.5
_GRID: list[Any] = [
    ("FONT", (0, 0), (-1, -1), FONT, 7.2),
    ("LEADING", (0, 0), (-1, -1), 9.2),
    ("TEXTCOLOR", (0, 0), (-1, -1), INK),
    ("GRID", (0, 0), (-1, -1), 0.4, RULE),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("TOPPADDING", (0, 0), (-1, -1), _PADDING),
    ("BOTTOMPADDING", (0, 0), (-1, -1), _PADDING),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
]
_HEADED: list[Any] = [("BACKGROUND", (0, 0), (-1, 0), SHADE)]
_LIST_ROW = 9.2 + 2 * _PADDING

Cell = str | Paragraph


@cache
def register_font() -> None:
    """Make the font known to reportlab, once."""
    pdfmetrics.registerFont(TTFont(FONT, io.BytesIO(font_bytes())))
    pdfmetrics.registerFontFamily(FONT, FONT, FONT, FONT, FONT)


def text(words: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Return a paragraph of plain text, whatever characters are in it."""
    return Paragraph(escape(words).replace("\n", "<br/>"), style)


def heading(words: str, room: float = 90.0) -> list[Flowable]:
    """Return a heading that begins a page where there is not so much room, in points.

    To keep it with all that is below would move every list that fits a page to the next one.
    """
    return [CondPageBreak(room), text(words, HEADING)]


def wrapped(rows: Sequence[Sequence[str]], style: ParagraphStyle = SMALL) -> list[list[Cell]]:
    """Return rows whose texts may take several lines."""
    return [[text(words, style) for words in row] for row in rows]


def table(
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
    *,
    is_headed: bool = True,
    extra: Sequence[Any] = (),
) -> Table:
    """Return a ruled table."""
    made = Table([list(row) for row in rows], widths, repeatRows=1 if is_headed else 0)
    made.setStyle([*_GRID, *(_HEADED if is_headed else []), *extra])
    made.hAlign = "LEFT"
    return made


def long_table(rows: Sequence[Sequence[str]], widths: Sequence[float]) -> LongTable:
    """Return a table of thousands of rows; only where a text is long a row has several lines."""
    fitted = [
        [_fitted(words, width) for words, width in zip(row, widths, strict=True)] for row in rows
    ]
    heights = [
        None if any(isinstance(cell, Paragraph) for cell in row) else _LIST_ROW for row in fitted
    ]
    made = LongTable(fitted, widths, heights, repeatRows=1)
    made.setStyle([*_GRID, *_HEADED, ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, "#F8FAFB"])])
    made.hAlign = "LEFT"
    return made


def _fitted(words: str, width: float) -> Cell:
    is_short = pdfmetrics.stringWidth(words, FONT, SMALL.fontSize) <= width - 6.0
    return words if is_short else text(words, SMALL)
