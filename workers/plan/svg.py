"""A drawing as SVG. Texts are outlines, so that it looks the same without any font installed."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from workers.fonts import outlines
from workers.plan.drawing import Area, Disc, Drawing, Item, Label, Lines, Points, text_width

_ANCHOR_SHARE = {"start": 0.0, "middle": 0.5, "end": 1.0}


def to_svg(drawing: Drawing) -> str:
    """Return the drawing as an SVG document; the same drawing gives the same text."""
    glyphs: dict[str, None] = {}
    body = [_item(item, glyphs) for item in drawing.items]
    shapes = "".join(
        f'<path id="{_id(glyph)}" d="{outlines().path_of(glyph)}"/>' for glyph in glyphs
    )
    width, height = _number(drawing.width), _number(drawing.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" role="img">'
        f"<title>{escape(drawing.title)}</title><defs>{shapes}</defs>"
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>' + "\n".join(body) + "</svg>\n"
    )


def _item(item: Item, glyphs: dict[str, None]) -> str:
    if isinstance(item, Area):
        return _area(item)
    if isinstance(item, Lines):
        dash = f' stroke-dasharray="{item.dash[0]} {item.dash[1]}"' if item.dash else ""
        return (
            f'<path d="{_path(item.lines, "")}" fill="none" stroke="{item.stroke}" '
            f'stroke-width="{_number(item.width)}"{dash}/>'
        )
    if isinstance(item, Disc):
        return (
            f'<circle cx="{_number(item.x)}" cy="{_number(item.y)}" r="{_number(item.radius)}" '
            f'fill="{item.fill}" stroke="{item.stroke}" stroke-width="{_number(item.width)}"/>'
        )
    return _label(item, glyphs)


def _area(area: Area) -> str:
    stroke = f' stroke="{area.stroke}" stroke-width="{_number(area.width)}"' if area.stroke else ""
    return (
        f'<path d="{_path(area.rings, "Z")}" fill="{area.fill or "none"}" fill-rule="evenodd"'
        f'{stroke} stroke-linejoin="round"/>'
    )


def _label(label: Label, glyphs: dict[str, None]) -> str:
    shapes = outlines()
    scale = label.size / shapes.units_per_em
    turn = f" rotate({-label.turn_degrees})" if label.turn_degrees else ""
    along = -_ANCHOR_SHARE[label.anchor] * text_width(label.text, label.size) / scale
    uses = []
    for character in label.text:
        glyph = shapes.name_of(character)
        glyphs[glyph] = None
        if not character.isspace():
            uses.append(f'<use href="#{_id(glyph)}" x="{along:.0f}"/>')
        along += shapes.width_of(character)
    return (
        f'<g transform="translate({_number(label.x)} {_number(label.y)}){turn} '
        f'scale({scale:.5f} {-scale:.5f})" fill="{label.fill}" role="img" '
        f"aria-label={quoteattr(label.text)}>{''.join(uses)}</g>"
    )


def _path(lines: Iterable[Points], end: str) -> str:
    return "".join(
        "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in line.tolist()) + end
        for line in lines
    )


def _id(glyph: str) -> str:
    return "g-" + glyph.replace(".", "")


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
