"""Colours that the colour-blind can tell apart, the same on every plan."""

from workers.vibration.coverage import Cell

CELL_COLOURS = {
    Cell.MISSED: "#D55E00",
    Cell.SHORT: "#E69F00",
    Cell.GOOD: "#009E73",
    Cell.OVER: "#CC79A7",
}
NOT_YET_COLOUR = "#D6DCD9"
GRADE_COLOURS = {
    "short": CELL_COLOURS[Cell.SHORT],
    "good": CELL_COLOURS[Cell.GOOD],
    "over": CELL_COLOURS[Cell.OVER],
    "unclear": "#BBBBBB",
}
UNSEEN_GROUND, UNSEEN_HATCH = "#ECECEC", "#8A8A8A"

# From pale to dark, so that it prints in grey too.
DOSE_COLOURS = (
    "#E8F3FB", "#C3DFF2", "#94C5E5", "#5FA5D3", "#3A84BD", "#22639F", "#12447A", "#082850",
)  # fmt: skip

ZONE_COLOURS = {"danger": "#C1121F", "post": "#1D4ED8", "crowd": "#6B21A8"}
INK, FAINT, GRID = "#1F2328", "#57606A", "#D0D7DE"


def cell_colours(*, is_final: bool) -> dict[Cell, str]:
    """Return the colours of the classes; while a pour is analysed nothing counts as missed."""
    return CELL_COLOURS if is_final else CELL_COLOURS | {Cell.MISSED: NOT_YET_COLOUR}
