"""ONNX detectors that give each object once: DETR's outputs and those of RT-DETR's own export."""

from math import log
from pathlib import Path

import numpy as np
import pytest

from tests.workers.onnx_models import COLOURS, save_deployed, save_detr
from workers.detect.base import Detections
from workers.detect.registry import DetectorSpec, load_detector
from workers.errors import DetectorError

# Twice as wide as it is high, while the input is a square.
IMAGE = np.zeros((60, 120, 3), np.uint8)
BOX = [0.5, 0.5, 0.5, 0.25]
ON_IMAGE = [30, 22.5, 90, 37.5]


def detect(path: Path, classes: tuple[str, ...] = COLOURS) -> Detections:
    return load_detector(DetectorSpec("test", "onnx", path, classes)).detect([IMAGE])[0]


def logit(share: float) -> float:
    return log(share / (1 - share))


def test_logits_without_a_column_for_nothing_are_sigmoids(tmp_path: Path) -> None:
    # The first query is of two classes, the second of none.
    logits = [[logit(0.9), logit(0.1), logit(0.6)], [logit(0.1)] * 3]
    save_detr(
        tmp_path / "detr.onnx", np.array([logits], np.float32), np.array([[BOX, BOX]], np.float32)
    )
    found = detect(tmp_path / "detr.onnx")
    assert found.labels == ("red", "blue")
    assert found.scores.tolist() == pytest.approx([0.9, 0.6])
    assert np.abs(found.boxes - [ON_IMAGE, ON_IMAGE]).max() < 1e-4


def test_logits_with_a_column_for_nothing_are_shares(tmp_path: Path) -> None:
    # Shares of 0.2, 0.5, 0.1 and 0.2 for nothing; then 0.9 for nothing.
    logits = [[log(2), log(5), log(1), log(2)], [0.0, 0.0, 0.0, log(27)]]
    save_detr(
        tmp_path / "detr.onnx", np.array([logits], np.float32), np.array([[BOX, BOX]], np.float32)
    )
    found = detect(tmp_path / "detr.onnx")
    assert found.labels == ("green",)
    assert found.scores.tolist() == pytest.approx([0.5])


def test_what_overlaps_stays_unless_it_is_asked_to_be_suppressed(tmp_path: Path) -> None:
    logits = np.full((1, 2, 3), -9, np.float32)
    logits[0, :, 0] = [2, 1]
    save_detr(tmp_path / "detr.onnx", logits, np.array([[BOX, BOX]], np.float32))
    assert len(detect(tmp_path / "detr.onnx")) == 2
    spec = DetectorSpec("test", "onnx", tmp_path / "detr.onnx", COLOURS, nms_iou=0.5)
    assert len(load_detector(spec).detect([IMAGE])[0]) == 1


def test_finished_boxes_are_scaled_from_the_input_to_the_picture(tmp_path: Path) -> None:
    shares = [[0.25, 0.375, 0.75, 0.625], [0.0, 0.0, 1.0, 1.0]]
    save_deployed(tmp_path / "rtdetr.onnx", [2, 0], shares, [0.8, 0.1])
    found = detect(tmp_path / "rtdetr.onnx")
    assert found.labels == ("blue",)
    assert np.abs(found.boxes - [ON_IMAGE]).max() < 1e-4


def test_a_class_without_a_name_is_an_error(tmp_path: Path) -> None:
    save_deployed(tmp_path / "rtdetr.onnx", [3], [[0, 0, 1, 1]], [0.8])
    with pytest.raises(DetectorError) as caught:
        detect(tmp_path / "rtdetr.onnx")
    assert caught.value.code == "detector_classes_mismatch"


def test_names_that_fit_neither_way_are_refused(tmp_path: Path) -> None:
    save_detr(
        tmp_path / "detr.onnx", np.zeros((1, 2, 5), np.float32), np.array([[BOX, BOX]], np.float32)
    )
    with pytest.raises(DetectorError) as caught:
        detect(tmp_path / "detr.onnx")
    assert caught.value.code == "detector_classes_mismatch"
