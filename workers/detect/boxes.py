"""From raw boxes to detections."""

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.detect.base import Detections

# More candidates than this in one picture are noise; it bounds the quadratic part.
_MAX_CANDIDATES = 2000
_MAX_DETECTIONS = 300


def cxcywh_to_xyxy(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert (N, 4) centre and size to (N, 4) corners.

    >>> cxcywh_to_xyxy(np.array([[10, 20, 4, 6]], np.float32)).tolist()
    [[8.0, 17.0, 12.0, 23.0]]
    """
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)


def select_detections(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    classes: tuple[str, ...],
    *,
    nms_iou: float,
    width: int,
    height: int,
) -> Detections:
    """Suppress what overlaps a better box of its class, and clip to the picture.

    Args:
        boxes: (N, 4) float32, xyxy, absolute pixels.
        scores: (N,) float32, all of them good enough.
        class_ids: (N,) rows of `classes`.
        classes: the labels.
        nms_iou: the greatest overlap (intersection over union) of two boxes that both stay; 1 to
            suppress nothing.
        width: of the picture, in pixels.
        height: of the picture, in pixels.

    Returns:
        The detections that are left, best scores first.
    """
    finite = np.isfinite(boxes).all(axis=1) & np.isfinite(scores)
    boxes = np.clip(boxes, 0, np.array([width, height, width, height], np.float32))
    usable = finite & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    candidates = np.flatnonzero(usable)
    candidates = candidates[np.argsort(-scores[candidates], kind="stable")][:_MAX_CANDIDATES]
    if len(candidates) == 0:
        return Detections.empty()
    boxes, scores, class_ids = boxes[candidates], scores[candidates], class_ids[candidates]
    rows = np.arange(len(candidates))
    if nms_iou < 1:
        rows = _suppress(boxes, scores, class_ids, nms_iou)
    rows = rows[:_MAX_DETECTIONS]
    return Detections(
        boxes[rows].astype(np.float32),
        np.clip(scores[rows], 0, 1).astype(np.float32),
        tuple(classes[class_id] for class_id in class_ids[rows].tolist()),
    )


def _suppress(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    nms_iou: float,
) -> NDArray[np.int64]:
    """Return the rows that stay, in their order."""
    xywh = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    # The stubs of OpenCV ask for lists, the function takes arrays.
    kept = cv2.dnn.NMSBoxesBatched(xywh, scores, class_ids.astype(np.int32), 0.0, nms_iou)  # type: ignore[arg-type]
    return np.sort(np.asarray(kept, np.int64))
