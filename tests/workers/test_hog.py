from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as mask_utils

from workers.detect.base import Detector
from workers.detect.registry import DetectorSpec, load_detector, trial_run
from workers.media.decode import read_frames
from workers.media.indexing import build_frame_index


def _xywh(boxes: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1).astype(np.float64)


def test_it_finds_most_of_the_people_that_a_neural_network_finds(
    vtest: Path, yolox: Detector
) -> None:
    index = build_frame_index(vtest)
    images = [f.image for f in read_frames(vtest, index, np.arange(0, 795, 79))]
    people = [
        detections.boxes[np.array(detections.labels) == "person"]
        for detections in yolox.detect(images)
    ]
    found = load_detector(DetectorSpec(name="hog", kind="hog")).detect(images)
    overlaps = [
        mask_utils.iou(_xywh(ours.boxes), _xywh(theirs), [False] * len(theirs))
        for ours, theirs in zip(found, people, strict=True)
    ]
    hit = sum(int((overlap.max(axis=0, initial=0) >= 0.35).sum()) for overlap in overlaps)
    false = sum(int((overlap.max(axis=1, initial=0) < 0.35).sum()) for overlap in overlaps)
    assert hit >= 0.6 * sum(map(len, people))
    assert false <= 0.25 * sum(map(len, found))
    assert {label for detections in found for label in detections.labels} == {"person"}


def test_an_empty_scene_and_a_tiny_picture_have_nobody() -> None:
    detector = load_detector(DetectorSpec(name="hog", kind="hog"))
    empty, tiny = np.full((480, 640, 3), 128, np.uint8), np.zeros((20, 20, 3), np.uint8)
    assert [len(found) for found in detector.detect([empty, tiny])] == [0, 0]


def test_boxes_in_a_picture_that_is_shrunk_are_in_its_own_pixels(vtest: Path) -> None:
    index = build_frame_index(vtest)
    frame = next(read_frames(vtest, index, np.array([400]))).image
    large = np.kron(frame, np.ones((4, 4, 1), np.uint8))
    detector = load_detector(DetectorSpec(name="hog", kind="hog", score_threshold=0.1))
    found = detector.detect([large])[0]
    assert len(found) > 0
    assert found.boxes[:, 3].max() > 480
    assert np.all(found.boxes <= [1920, 1440, 1920, 1440])


def test_a_trial_run_needs_no_file() -> None:
    facts = trial_run(DetectorSpec(name="hog", kind="hog"))
    assert (facts["kind"], facts["classes"]) == ("hog", ["person"])
    assert facts["digest"] == trial_run(DetectorSpec(name="again", kind="hog"))["digest"]


def test_its_label_can_be_renamed() -> None:
    spec = DetectorSpec(name="hog", kind="hog", label_map={"person": "worker"})
    assert load_detector(spec).classes == ("worker",)
