"""A reference picture, and how far other pictures of the same camera are shifted against it.

Points with texture are followed from the reference into another picture (pyramidal Lucas-Kanade,
Bouguet 2000), checked by following them back and by comparing what surrounds them. The shift is
the one that most of the points agree on: those that sit on people, shadows or machines are
outvoted, and those in known boxes are not asked. Where a turn or zoom of the camera explains
clearly more of them, it is told how far that moved the corners. Lighting is taken out beforehand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.errors import WorkerError
from workers.vibration.camera import INLIERS_MIN, CameraShift

Gray = NDArray[np.uint8]
Points = NDArray[np.float32]
Boxes = Sequence[Sequence[float]]

AGREE_PX = 2.0
"""Points whose shifts differ by less, in pixels of the reference, say the same."""

_WORK_WIDTH = 960
# Few points for each cell: a burnt-in clock has much texture in little room and never moves.
_CELLS = (16, 9)
_POINTS_PER_CELL = 3
_POINT_QUALITY = 0.02
_BOX_MARGIN_PX = 4.0

_LIGHT_WINDOW = 31
_LIGHT_FLOOR = 6.0
_LIGHT_GAIN = 40.0

_FLOW_WINDOW = (21, 21)
_FLOW_LEVELS = 3
_FLOW_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.01)
_BACK_MAX_PX = 0.5
_PATCH = 11
_ALIKE_MIN = 0.7
# So many points of one mind end the search for a better start.
_CLEAR_MAJORITY = 0.5
# A turn has more freedom than a shift and always fits a few more points.
_TURN_GAIN = 1.25


class ReferencePlainError(WorkerError):
    """The reference picture shows nothing to hold on to."""


@dataclass(frozen=True, slots=True)
class _Vote:
    """A shift in pixels of the working size, and how many points agree on it.

    Attributes:
        turn: how much farther the corners moved.
    """

    dx: float
    dy: float
    inliers: int
    turn: float = 0.0


class ReferenceView:
    """The calibrated picture; `shift_of` compares others with it."""

    def __init__(self, image: NDArray[np.uint8], boxes: Boxes = ()) -> None:
        """Choose what to hold on to.

        Args:
            image: (H, W, 3) uint8 RGB, the reference.
            boxes: xyxy in pixels of the reference, of what may move.

        Raises:
            ReferencePlainError: it is dark, blurred or blank, or all of it may move.
        """
        self._shape = image.shape[:2]
        self._scale = min(1.0, _WORK_WIDTH / image.shape[1])
        self._picture = self._prepare(image)
        points = _corners(self._picture)
        self._points = points[~_inside(points, boxes, self._scale)]
        if len(self._points) < INLIERS_MIN:
            raise ReferencePlainError(
                "camera_reference_plain",
                "The reference picture shows too little that stands still and has contours "
                f"({len(self._points)} points); choose another time.",
            )
        self._patches = _patches(self._picture, self._points)
        self._last = _Vote(0.0, 0.0, 0)

    def shift_of(
        self, image: NDArray[np.uint8], pts_seconds: float, boxes: Boxes = ()
    ) -> CameraShift:
        """Measure how far what stands still has moved in a picture.

        The last shift is remembered as the first guess for the next picture, and it is what a
        picture gets in which the view is lost.

        Args:
            image: (H, W, 3) uint8 RGB; of another size than the reference, the view is lost.
            pts_seconds: when it is shown.
            boxes: xyxy in its pixels, of what may move.
        """
        vote = _Vote(0.0, 0.0, 0)
        if image.shape[:2] == self._shape:
            vote = self._vote(self._prepare(image), boxes)
        if vote.inliers >= INLIERS_MIN:
            self._last = vote
        return CameraShift(
            pts_seconds=pts_seconds,
            dx_px=self._last.dx / self._scale,
            dy_px=self._last.dy / self._scale,
            inliers=vote.inliers,
            turn_px=vote.turn / self._scale,
        )

    def _prepare(self, image: NDArray[np.uint8]) -> Gray:
        gray = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
        if self._scale < 1.0:
            size = round(image.shape[1] * self._scale), round(image.shape[0] * self._scale)
            gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        return _without_light(np.asarray(gray, np.uint8))

    def _vote(self, picture: Gray, boxes: Boxes) -> _Vote:
        best = _Vote(0.0, 0.0, 0)
        for guess in self._guesses(picture):
            vote = self._vote_from(guess, picture, boxes)
            best = max(best, vote, key=lambda one: one.inliers)
            if best.inliers >= max(INLIERS_MIN, _CLEAR_MAJORITY * len(self._points)):
                break
        return best

    def _guesses(self, picture: Gray) -> Sequence[tuple[float, float]]:
        (dx, dy), _ = cv2.phaseCorrelate(
            self._picture.astype(np.float32),
            picture.astype(np.float32),
            cv2.createHanningWindow(picture.shape[::-1], cv2.CV_32F),
        )
        return ((self._last.dx, self._last.dy), (0.0, 0.0), (dx, dy))

    def _vote_from(self, guess: tuple[float, float], picture: Gray, boxes: Boxes) -> _Vote:
        start = self._points + np.array(guess, np.float32)
        ends, is_found = _follow(self._picture, picture, self._points, start)
        backs, is_back = _follow(picture, self._picture, ends, self._points)
        height, width = picture.shape
        returned = np.linalg.norm(backs - self._points, axis=1) < _BACK_MAX_PX
        is_good = is_found & is_back & returned
        is_good &= (ends >= 0.0).all(axis=1) & (ends <= (width - 1, height - 1)).all(axis=1)
        is_good &= ~_inside(ends, boxes, self._scale)
        is_good &= _likeness(self._patches, _patches(picture, ends)) >= _ALIKE_MIN
        starts, ends = self._points[is_good], ends[is_good]
        agree = AGREE_PX * self._scale
        vote = _majority(ends - starts, agree)
        return _turned(starts, ends, agree, (width, height), at_least=vote.inliers) or vote


def _follow(
    one: Gray, other: Gray, points: Points, guess: Points
) -> tuple[Points, NDArray[np.bool_]]:
    """Return where (N, 2) points of one picture are in the other, and which were found."""
    ends, is_found, _ = cv2.calcOpticalFlowPyrLK(
        one,
        other,
        points,
        guess.copy(),
        winSize=_FLOW_WINDOW,
        maxLevel=_FLOW_LEVELS,
        criteria=_FLOW_STOP,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return np.asarray(ends, np.float32), np.asarray(is_found)[:, 0] == 1


def _without_light(gray: Gray) -> Gray:
    """Return local contrast: what lamps, clouds and the hour of the day leave as it is."""
    values = gray.astype(np.float32)
    window = (_LIGHT_WINDOW, _LIGHT_WINDOW)
    mean = cv2.blur(values, window)
    spread = np.sqrt(np.maximum(cv2.blur(values * values, window) - mean * mean, 0.0))
    contrast = (values - mean) / (spread + _LIGHT_FLOOR)
    return np.clip(128.0 + _LIGHT_GAIN * contrast, 0.0, 255.0).astype(np.uint8)


def _corners(picture: Gray) -> Points:
    """Return (N, 2) points with texture in two directions, spread over the picture."""
    height, width = picture.shape
    strength = cv2.cornerMinEigenVal(picture, 5)
    floor = _POINT_QUALITY * float(np.percentile(strength, 99.5))
    found = [np.empty((0, 2), np.float32)]
    for row in range(_CELLS[1]):
        for column in range(_CELLS[0]):
            top, bottom = (height * row) // _CELLS[1], (height * (row + 1)) // _CELLS[1]
            left, right = (width * column) // _CELLS[0], (width * (column + 1)) // _CELLS[0]
            cell = np.ascontiguousarray(picture[top:bottom, left:right])
            corners = cv2.goodFeaturesToTrack(cell, _POINTS_PER_CELL, 0.1, 8.0, blockSize=5)
            if corners is not None:
                found.append(np.asarray(corners, np.float32).reshape(-1, 2) + np.array((left, top)))
    points = np.concatenate(found).astype(np.float32)
    columns, rows = points.astype(np.int64).T
    is_strong = np.asarray(strength)[rows, columns] > max(floor, 1e-6)
    return np.asarray(points[is_strong], np.float32)


def _inside(points: Points, boxes: Boxes, scale: float) -> NDArray[np.bool_]:
    """Return which of (N, 2) points of the working size lie in boxes of the full size."""
    is_inside = np.zeros(len(points), np.bool_)
    for x1, y1, x2, y2 in boxes:
        low = np.array((x1, y1)) * scale - _BOX_MARGIN_PX
        high = np.array((x2, y2)) * scale + _BOX_MARGIN_PX
        is_inside |= ((points >= low) & (points <= high)).all(axis=1)
    return is_inside


def _patches(picture: Gray, points: Points) -> NDArray[np.float32]:
    """Return (N, P) surroundings of (N, 2) points, of mean zero and length one."""
    steps = np.arange(_PATCH, dtype=np.float32) - _PATCH // 2
    offset_y, offset_x = (one.ravel() for one in np.meshgrid(steps, steps, indexing="ij"))
    around = cv2.remap(
        picture,
        points[:, :1] + offset_x,
        points[:, 1:] + offset_y,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32)
    around -= around.mean(axis=1, keepdims=True)
    length = np.linalg.norm(around, axis=1, keepdims=True)
    return np.asarray(around / np.maximum(length, 1e-6), np.float32)


def _likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((one * other).sum(axis=1), np.float32)


def _majority(shifts: Points, agree: float) -> _Vote:
    """Return the shift that the largest group of (N, 2) shifts agrees on."""
    if len(shifts) == 0:
        return _Vote(0.0, 0.0, 0)
    near = np.linalg.norm(shifts[:, None] - shifts[None], axis=2) <= agree
    group = shifts[near[int(near.sum(axis=1).argmax())]]
    centre = np.median(group, axis=0)
    group = shifts[np.linalg.norm(shifts - centre, axis=1) <= agree]
    dx, dy = np.median(group, axis=0)
    return _Vote(float(dx), float(dy), len(group))


def _turned(
    starts: Points, ends: Points, agree: float, size: tuple[int, int], *, at_least: int
) -> _Vote | None:
    """Return what a shift with a turn or zoom explains, if that is clearly more than `at_least`."""
    if len(starts) < INLIERS_MIN:
        return None
    fit, is_inlier = cv2.estimateAffinePartial2D(
        starts, ends, method=cv2.RANSAC, ransacReprojThreshold=agree
    )
    if fit is None:
        return None
    inliers = int(np.count_nonzero(is_inlier))
    if inliers < max(INLIERS_MIN, _TURN_GAIN * at_least):
        return None
    middle = np.array(size, np.float64) / 2.0
    dx, dy = fit[:, :2] @ middle + fit[:, 2] - middle
    change = fit[:, :2] - np.eye(2)
    corners = np.array([middle, middle * (1.0, -1.0)])
    turn = float(np.linalg.norm(corners @ change.T, axis=1).max())
    return _Vote(float(dx), float(dy), inliers, turn)
