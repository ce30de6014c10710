"""Makes the font of reports and plans: `make_font.py NotoSansSC-Regular.ttf OUT.ttf.xz`.

Noto Sans SC (SIL Open Font License) with the characters of GBK and what Latin, Greek and technical
texts need, without hints and without features: reports use none.
"""

import argparse
import io
import lzma
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

_BELOW_CJK = 0x2E80
_KEPT_TABLES = {"OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"}
_KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]


def is_wanted(code: int) -> bool:
    """Whether the character belongs into the font."""
    if code < _BELOW_CJK:
        return True
    try:
        chr(code).encode("gbk")
    except UnicodeError:
        return False
    return True


def make_font(source: Path) -> bytes:
    """Return the smaller font, the same bytes for the same source."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.name_IDs = _KEPT_NAMES
    options.drop_tables = [tag for tag in font.keys() if tag not in _KEPT_TABLES]  # noqa: SIM118
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for code in font.getBestCmap() if is_wanted(code)])
    subsetter.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    given.out.write_bytes(lzma.compress(make_font(given.source), preset=9))
