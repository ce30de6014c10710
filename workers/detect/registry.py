"""The kinds of detectors, and loading them.

To add a kind: write a module with a class that takes a `DetectorSpec` and satisfies `Detector`,
and name it in `DETECTORS`. Its module is imported when a detector of that kind is first loaded.
"""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.detect.base import Detector
from workers.detect.spec import DetectorSpec
from workers.errors import DetectorError

__all__ = ["DETECTORS", "DetectorSpec", "load_detector", "trial_run"]

DETECTORS = {
    "dfine": "workers.detect.huggingface:HuggingFaceDetector",
    "hog": "workers.detect.hog:HogDetector",
    "onnx": "workers.detect.onnx:OnnxDetector",
}

_TRIAL_SIZE = (360, 640, 3)


def load_detector(spec: DetectorSpec) -> Detector:
    """Load a detector.

    Raises:
        DetectorError: `detector_kind_unknown`, or why this one cannot be loaded.
    """
    try:
        module_name, class_name = DETECTORS[spec.kind].split(":")
    except KeyError as error:
        raise DetectorError(
            "detector_kind_unknown",
            f"There is no kind of detector {spec.kind!r}; known are {', '.join(DETECTORS)}.",
        ) from error
    detector: Detector = getattr(import_module(module_name), class_name)(spec)
    return detector


def trial_run(spec: DetectorSpec) -> dict[str, Any]:
    """Prove that a detector works by using it on a generated picture.

    Returns:
        `{"kind", "digest", "classes", "backend", "input_size", "score_threshold", "nms_iou",
        "batch_size", "streams"}`; the input size is None for a kind that takes any.

    Raises:
        DetectorError: why it does not work.
    """
    detector = load_detector(spec)
    detector.detect([_trial_image()])
    return {
        "kind": detector.kind,
        "digest": detector.digest,
        "classes": list(detector.classes),
        "backend": detector.backend,
        "input_size": detector.input_size,
        "score_threshold": detector.score_threshold,
        "nms_iou": detector.nms_iou,
        "batch_size": detector.batch_size,
        "streams": detector.streams,
    }


def _trial_image() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, _TRIAL_SIZE, dtype=np.uint8)
