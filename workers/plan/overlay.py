"""The plan laid over a picture of the video, by the calibration of its camera."""

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, contains_xy

from workers.plan.colours import (
    DOSE_COLOURS,
    GRADE_COLOURS,
    UNSEEN_HATCH,
    cell_colours,
)
from workers.plan.drawing import Label
from workers.plan.model import Layer, Outline, Plan
from workers.plan.png import rgb, write_labels
from workers.vibration.calibration import Calibration
from workers.vibration.coverage import Cell

ALPHA = 0.4
_HATCH_PX = 12
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def overlay(
    image: Image,
    plan: Plan,
    calibration: Calibration,
    layer: Layer,
    shift_px: tuple[float, float] = (0.0, 0.0),
) -> Image:
    """Paint the map over a picture with `ALPHA`, and the insertions with their numbers.

    Insertions are round if detected and square if made by hand, as on the plan.

    Args:
        image: (H, W, 3) uint8 RGB, upright, of the calibrated size or scaled evenly.
        shift_px: how far the camera has moved since it was calibrated, in calibrated pixels.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    view = _View(image, calibration, shift_px)
    colours, is_shown = _colours(plan, layer)
    outside = view.outside(plan)
    shown = (view.from_cells(is_shown.astype(np.uint8), plan) > 0) & ~outside
    ground = np.stack(
        [view.from_cells(np.ascontiguousarray(colours[..., i]), plan) for i in range(3)], axis=-1
    )
    unseen = view.from_cells((plan.classes == Cell.UNOBSERVABLE).astype(np.uint8), plan) > 0
    unseen &= ~outside
    rows, columns = np.arange(image.shape[0]), np.arange(image.shape[1])
    is_stroke = unseen & ((rows[:, None] + columns[None]) % _HATCH_PX < 2)
    result = image.astype(np.float32)
    result[shown] = (1.0 - ALPHA) * result[shown] + ALPHA * ground[shown]
    painted = result.round().astype(np.uint8)
    painted[is_stroke] = rgb(UNSEEN_HATCH)
    for outline in (plan.pour, *plan.openings):
        view.draw_outline(painted, outline)
    return _with_marks(painted, plan, view)


class _View:
    """Where the ground is in a picture."""

    def __init__(
        self, image: Image, calibration: Calibration, shift_px: tuple[float, float]
    ) -> None:
        self._height, self._width = image.shape[:2]
        self._calibration = calibration
        across = self._width / calibration.image_size[0]
        down = self._height / calibration.image_size[1]
        self._scale = np.array([across, down])
        self._shift = np.array(shift_px)
        to_calibrated = np.array(
            [[1.0 / across, 0.0, -shift_px[0]], [0.0, 1.0 / down, -shift_px[1]], [0.0, 0.0, 1.0]]
        )
        self._to_ground = calibration.to_ground @ to_calibrated

    @property
    def unit(self) -> float:
        """Thickness of a fine line, in pixels."""
        return float(max(1.0, self._width / 960.0))

    def from_cells(self, cells: NDArray[np.uint8], plan: Plan) -> NDArray[np.uint8]:
        """Return for each pixel the value of its cell; 0 beside the map and above the horizon."""
        x, y = plan.origin_m
        # The middle of cell 0 is pixel 0 for OpenCV.
        to_cell = np.array(
            [
                [1.0 / plan.cell_m, 0.0, -x / plan.cell_m - 0.5],
                [0.0, 1.0 / plan.cell_m, -y / plan.cell_m - 0.5],
                [0.0, 0.0, 1.0],
            ]
        )
        flat = cv2.warpPerspective(
            cells,
            to_cell @ self._to_ground,
            (self._width, self._height),
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        )
        columns, rows = np.arange(self._width), np.arange(self._height)
        row = self._to_ground[2]
        is_ground = row[0] * columns[None] + row[1] * rows[:, None] + row[2] > 0.0
        return np.where(is_ground, flat, 0).astype(np.uint8)

    def outside(self, plan: Plan) -> Mask:
        """Return (H, W) bool: where cells on the edge of the pour stick out of it."""
        inside = (plan.classes != Cell.OUTSIDE).astype(np.uint8)
        inner = cv2.erode(inside, np.ones((3, 3), np.uint8), borderValue=0)
        outside: Mask = self.from_cells(inside - inner, plan) > 0
        rows, columns = np.nonzero(outside)
        ground = self._to_ground @ np.stack([columns, rows, np.ones_like(rows)])
        x, y = ground[:2] / ground[2]
        is_pour = contains_xy(Polygon(plan.pour), x, y) if plan.pour else np.ones(x.shape, np.bool_)
        for opening in plan.openings:
            is_pour &= ~contains_xy(Polygon(opening), x, y)
        outside[rows, columns] = ~is_pour
        return outside

    def pixels(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map (N, 2) metres to (N, 2) pixels; NaN behind the camera."""
        result: NDArray[np.float64] = (
            self._calibration.project_back(metres) + self._shift
        ) * self._scale
        return result

    def draw_outline(self, image: Image, outline: Outline) -> None:
        if len(outline) < 2:
            return
        corners = np.array([*outline, outline[0]])
        steps = np.linspace(0.0, 1.0, 32)[:, None]
        dense = np.concatenate([a + steps * (b - a) for a, b in itertools.pairwise(corners)])
        pixels = self.pixels(dense)
        limit = 4.0 * max(self._width, self._height)
        for one, other in itertools.pairwise(pixels):
            ends = np.array([one, other])
            if np.isfinite(ends).all() and np.abs(ends).max() < limit:
                start, end = ends.round().astype(int).tolist()
                cv2.line(image, start, end, _WHITE, round(2 * self.unit), cv2.LINE_AA)


def _colours(plan: Plan, layer: Layer) -> tuple[NDArray[np.uint8], Mask]:
    """Return (H, W, 3) colours of the cells, and which have one."""
    colours = np.zeros((*plan.classes.shape, 3), np.uint8)
    unseen = plan.classes == Cell.UNOBSERVABLE
    if layer == "category":
        for cell, colour in cell_colours(is_final=plan.is_final).items():
            colours[plan.classes == cell] = rgb(colour)
        return colours, (plan.classes != Cell.OUTSIDE) & ~unseen
    is_dosed = (plan.dose_s > 0.0) & ~unseen
    step_s = plan.dose_scale_s / len(DOSE_COLOURS)
    bands = np.minimum(plan.dose_s / step_s, len(DOSE_COLOURS) - 1).astype(np.int64)
    palette = np.array([rgb(colour) for colour in DOSE_COLOURS], np.uint8)
    colours[is_dosed] = palette[bands[is_dosed]]
    return colours, is_dosed


def _with_marks(image: Image, plan: Plan, view: _View) -> Image:
    labels, height, width = [], *image.shape[:2]
    places = np.array([(mark.x_m, mark.y_m) for mark in plan.marks]).reshape(-1, 2)
    for mark, (u, v) in zip(plan.marks, view.pixels(places).tolist(), strict=True):
        if not (0.0 <= u < width and 0.0 <= v < height):
            continue
        centre, radius = (round(u), round(v)), round(5 * view.unit)
        fill = rgb(GRADE_COLOURS.get(mark.grade, "#FFFFFF"))
        for colour, thickness in ((fill, -1), (_BLACK, max(1, round(view.unit)))):
            if mark.is_by_hand:
                low, high = (tuple(one + step for one in centre) for step in (-radius, radius))
                cv2.rectangle(image, low, high, colour, thickness)
            else:
                cv2.circle(image, centre, radius, colour, thickness, cv2.LINE_AA)
        size = 11.0 * view.unit
        labels.append(Label(u + 1.5 * radius, v - 0.5 * radius, str(mark.number), size, "#FFFFFF"))
    return write_labels(image, labels, 1.0, halo="#000000")
