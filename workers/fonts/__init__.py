"""The one font of reports and plans, so that Chinese needs no font on the machine.

Noto Sans SC, SIL Open Font License 1.1 (OFL.txt), cut down by `tools/make_font.py`.
"""

import io
import lzma
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

_FILE = Path(__file__).parent / "NotoSansSC-Regular.ttf.xz"


@cache
def font_bytes() -> bytes:
    """Return the font as a TrueType file."""
    return lzma.decompress(_FILE.read_bytes())


class Outlines:
    """Shapes and widths of its characters, in units of the font."""

    def __init__(self) -> None:
        self._font = TTFont(io.BytesIO(font_bytes()), lazy=True)
        self._glyphs = self._font.getGlyphSet()
        self._names = self._font.getBestCmap()
        self.units_per_em: int = self._font["head"].unitsPerEm

    def name_of(self, character: str) -> str:
        """Return the glyph that shows a character; `.notdef` for those that the font lacks."""
        return str(self._names.get(ord(character), ".notdef"))

    def width_of(self, character: str) -> float:
        """Return how far the next character is away."""
        return float(self._glyphs[self.name_of(character)].width)

    def path_of(self, glyph: str) -> str:
        """Return the outline of a glyph as an SVG path, y upwards."""
        from fontTools.pens.svgPathPen import SVGPathPen

        pen = SVGPathPen(self._glyphs, ntos=lambda number: str(round(number)))
        self._glyphs[glyph].draw(pen)
        return str(pen.getCommands())


@cache
def outlines() -> Outlines:
    """Return the outlines, read once."""
    return Outlines()
