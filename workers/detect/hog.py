"""People by OpenCV's histogram of oriented gradients: needs no weights, so it always works."""

import hashlib
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.detect.base import Detections
from workers.detect.boxes import select_detections
from workers.detect.spec import DEFAULT_NMS_IOU, DetectorSpec
from workers.device import cpu_count

_LABEL = "person"
_WINDOW = (64, 128)
# The window finds people from 96 pixels of height on. Pictures are enlarged to twice their size so
# that it finds them from 48 (on `vtest.mp4` that is 0.71 of the people that YOLOX-nano finds, and
# 0.02 without), and the longer side is brought to at most this, because time goes with the area.
_MAX_SIDE = 1280
_MAX_ENLARGEMENT = 2.0
# The window has a margin around the person; this is OpenCV's own correction for it.
_MARGIN_X, _MARGIN_Y = 0.1, 0.07
# The same recall as OpenCV's 1.05, with fewer false alarms, in half the time.
_SCALE_STEP = 1.1


class HogDetector:
    """The detector of kind `hog` (Dalal and Triggs, CVPR 2005, with OpenCV's trained SVM).

    The score is `1 - exp(-margin)` of the SVM's margin: it orders detections, and is no
    probability.
    """

    kind = "hog"
    backend = "OpenCV"
    input_size = None
    batch_size = 1
    uses_cpu = True

    def __init__(self, spec: DetectorSpec) -> None:
        weights = np.asarray(cv2.HOGDescriptor.getDefaultPeopleDetector(), np.float32)
        self.name = spec.name
        settings = f"{_MAX_SIDE} {_MAX_ENLARGEMENT} {_SCALE_STEP}".encode()
        self.digest = hashlib.sha256(weights.tobytes() + settings).hexdigest()
        self.classes = spec.map_labels((_LABEL,))
        self.streams = cpu_count()
        self.score_threshold = spec.score_threshold_or(None)
        self.nms_iou = spec.nms_iou_or(DEFAULT_NMS_IOU)
        self._hit_threshold = -float(np.log1p(-self.score_threshold))
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(weights)

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Find people; see `Detector.detect`."""
        return [self._detect_one(image) for image in images]

    def _detect_one(self, image: NDArray[np.uint8]) -> Detections:
        height, width = image.shape[:2]
        scale = min(_MAX_ENLARGEMENT, _MAX_SIDE / max(height, width))
        if width * scale < _WINDOW[0] or height * scale < _WINDOW[1]:
            return Detections.empty()
        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        if scale != 1:
            interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            bgr = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=interpolation)
        found, margins = self._hog.detectMultiScale(
            bgr,
            hitThreshold=self._hit_threshold,
            winStride=(8, 8),
            scale=_SCALE_STEP,
            groupThreshold=0,
        )
        if len(found) == 0:
            return Detections.empty()
        x, y, w, h = np.asarray(found, np.float32).T
        boxes = np.stack(
            [
                x + _MARGIN_X * w,
                y + _MARGIN_Y * h,
                x + (1 - _MARGIN_X) * w,
                y + (1 - 2 * _MARGIN_Y) * h,
            ],
            axis=1,
        )
        return select_detections(
            (boxes / scale).astype(np.float32),
            -np.expm1(-np.asarray(margins, np.float32).ravel()),
            np.zeros(len(boxes), np.int64),
            self.classes,
            nms_iou=self.nms_iou,
            width=width,
            height=height,
        )
